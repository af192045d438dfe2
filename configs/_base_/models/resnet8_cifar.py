"""ResNet-8 of the 6n+2 family, the shape of MLPerf Tiny's classifier."""
_base_ = './resnet20_cifar.py'

model = dict(backbone=dict(depth=8, shortcut='projection'))
