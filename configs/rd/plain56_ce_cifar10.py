"""Strictly plain 56-layer network on CIFAR-10, trained without a teacher.

    python tools/train.py configs/rd/plain56_ce_cifar10.py

The baseline of plain56_cifar10.py, and the config to test and deploy its
checkpoint with. Schedule and data are the teacher's, resnet56_cifar10.py.
Expected: no published number is known. Measured: not run.
"""
_base_ = './resnet56_cifar10.py'

model = dict(backbone=dict(shortcut='none'))
