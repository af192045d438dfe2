"""Pre-activation ResNet-110 of the 6n+2 family, for 32 x 32 images."""
model = dict(
    type='ImageClassifier',
    backbone=dict(
        type='rd_plugins.EpsilonResNet_CIFAR', depth=110, gate=False),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='LinearClsHead',
        num_classes=10,
        in_channels=64,
        loss=dict(type='CrossEntropyLoss', loss_weight=1.0),
        init_cfg=dict(type='Kaiming', layer='Linear', mode='fan_in', bias=0)))
