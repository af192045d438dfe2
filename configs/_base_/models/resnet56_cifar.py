"""ResNet-56 of the 6n+2 family, shortcuts without parameters as published."""
_base_ = './resnet20_cifar.py'

model = dict(backbone=dict(depth=56))
