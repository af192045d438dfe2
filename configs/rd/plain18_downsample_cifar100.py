"""JointRD with the student of the released code, 18 layers on CIFAR-100.

    python tools/train.py configs/rd/resnet18_cifar100.py    # the teacher
    python tools/train.py configs/rd/plain18_downsample_cifar100.py

Source: Residual Distillation (NeurIPS 2020); the first block of stages 2-4
keeps its projection.
Expected: no published number is known. Measured: not run.
"""
_base_ = './plain18_cifar100.py'

model = dict(backbone=dict(shortcut='downsample'))
