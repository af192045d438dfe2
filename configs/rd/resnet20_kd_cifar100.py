"""Logit distillation into a residual student, to compare with.

    python tools/train.py configs/rd/resnet20_cifar100.py  # teacher
    python tools/train.py configs/rd/resnet20_kd_cifar100.py

As plain20_kd_cifar100.py.
Expected: not known. Measured: not run.
"""
_base_ = './plain20_kd_cifar100.py'

model = dict(backbone=dict(shortcut='pad'))
