"""Strictly plain 56 layers on CIFAR-10, trained without a teacher.

    python tools/train.py configs/rd/plain56_ce_cifar10.py

The baseline of the other plain56, and the config to test them with.
Expected: not known. Measured: not run.
"""
_base_ = './resnet56_cifar10.py'

model = dict(backbone=dict(shortcut='none'))
