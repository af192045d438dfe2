"""Logit distillation into a residual student, ResNet-20 on CIFAR-100.

    python tools/train.py configs/rd/resnet20_cifar100.py    # the teacher
    python tools/train.py configs/rd/resnet20_kd_cifar100.py

How much a student gains from the teacher that keeps its shortcuts.
Expected: no published number is known. Measured: not run.
"""
_base_ = './plain20_kd_cifar100.py'

model = dict(backbone=dict(shortcut='pad'))
