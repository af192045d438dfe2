"""A ResNet-18 of MMPretrain, a quarter as wide as usual, on 4,000 digits.

    python tools/train.py configs/epsilon/resnet18_mnist5k.py

gated_resnet18_mnist5k.py starts from it.
Expected: not known. Measured: not run.
"""
_base_ = '../demo/resnet20_mnist5k.py'

model = dict(
    backbone=dict(
        _delete_=True,
        type='ResNet_CIFAR',
        depth=18,
        in_channels=1,
        stem_channels=16,
        base_channels=16),
    head=dict(in_channels=128))
