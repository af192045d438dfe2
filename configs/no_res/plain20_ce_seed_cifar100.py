"""Strictly plain 20 layers on CIFAR-100; tests the students of the protocol.

    python tools/train.py configs/no_res/plain20_ce_seed_cifar100.py

Schedule and data of resnet20_seed_cifar100.py.
Expected: not known.
Measured: 57.67 % with the published student (docs/no_res.md).
"""
_base_ = './resnet20_seed_cifar100.py'

model = dict(backbone=dict(shortcut='none'))
