"""ε-ResNet-110 of the 6n+2 family with side supervision, for 32 x 32 images."""
model = dict(
    type='rd_plugins.SideSupervised',
    backbone=dict(
        type='rd_plugins.EpsilonResNet_CIFAR', depth=110, epsilon=2.5),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='LinearClsHead',
        num_classes=10,
        in_channels=64,
        loss=dict(type='CrossEntropyLoss', loss_weight=1.0),
        init_cfg=dict(
            type='Kaiming', layer='Linear', mode='fan_in', bias=0)))

custom_hooks = [dict(type='rd_plugins.DeadBlockHook')]
