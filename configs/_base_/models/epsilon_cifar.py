"""ε-ResNet-110 of the 6n+2 family with side supervision."""
_base_ = './preact_cifar.py'

model = dict(
    type='rd_plugins.SideSupervised',
    backbone=dict(gate=True, epsilon=2.5),
    side_weight=0.1)

custom_hooks = [dict(type='rd_plugins.DeadBlockHook')]
