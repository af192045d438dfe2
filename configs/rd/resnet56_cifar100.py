"""ResNet-56 of the 6n+2 family on CIFAR-100, a teacher of plain56.

    python tools/train.py configs/rd/resnet56_cifar100.py

Schedule of JointRD's released code, five epochs of warm-up added.
Expected: not known. Measured: not run.
"""
_base_ = './resnet20_cifar100.py'

model = dict(backbone=dict(depth=56))
