"""Pre-activation ResNet-101 for ImageNet."""
model = dict(
    type='ImageClassifier',
    backbone=dict(type='rd_plugins.EpsilonResNet', depth=101, gate=False),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='LinearClsHead',
        num_classes=1000,
        in_channels=2048,
        loss=dict(type='CrossEntropyLoss', loss_weight=1.0),
        init_cfg=dict(type='Kaiming', layer='Linear', mode='fan_in', bias=0)))
