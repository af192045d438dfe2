"""Strictly plain 20-layer network on CIFAR-10, trained without a teacher.

    python tools/train.py configs/rd/plain20_ce_cifar10.py

The baseline of plain20_cifar10.py, and the config to test and deploy its
checkpoint with. Schedule and data are the teacher's, resnet20_cifar10.py.
Expected: no published number is known. Measured: not run.
"""
_base_ = './resnet20_cifar10.py'

model = dict(backbone=dict(shortcut='none'))
