"""Strictly plain 56-layer network on CIFAR-100, trained without a teacher.

    python tools/train.py configs/rd/plain56_ce_cifar100.py

The baseline of the plain56 configs in configs/no_res, and the config to test
and deploy their checkpoints with.
Expected: no published number is known. Measured: not run.
"""
_base_ = './resnet56_cifar100.py'

model = dict(backbone=dict(shortcut='none'))
