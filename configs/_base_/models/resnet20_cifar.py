"""ResNet-20 of the 6n+2 family, shortcuts without parameters as published."""
model = dict(
    type='ImageClassifier',
    backbone=dict(
        type='rd_plugins.CifarResNet', depth=20, shortcut='pad'),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='LinearClsHead',
        num_classes=10,
        in_channels=64,
        loss=dict(type='CrossEntropyLoss', loss_weight=1.0)))
