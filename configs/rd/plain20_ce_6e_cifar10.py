"""Strictly plain 20-layer network, six epochs of CIFAR-10 without a teacher.

    python tools/train.py configs/rd/plain20_ce_6e_cifar10.py

The baseline of plain20_6e_cifar10.py.
Expected: not known. Measured: see docs/results/cifar10_6e.md.
"""
_base_ = './resnet20_6e_cifar10.py'

model = dict(backbone=dict(shortcut='none'))
