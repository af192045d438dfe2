"""Strictly plain 34-layer network on CIFAR-100, trained without a teacher.

    python tools/train.py configs/rd/plain34_ce_cifar100.py

The baseline of plain34_cifar100.py, and the config to test and deploy its
checkpoint with. Schedule and data are the teacher's, resnet34_cifar100.py.
Expected: no published number is known. Measured: not run.
"""
_base_ = './resnet34_cifar100.py'

model = dict(backbone=dict(type='rd_plugins.PlainResNet_CIFAR'))
