"""Strictly plain 20 layers on CIFAR-100, trained without a teacher.

    python tools/train.py configs/rd/plain20_ce_cifar100.py

The baseline of the other plain20, and the config to test them with.
Expected: not known.
Measured: 62.31, 63.21 and 63.26 % in 50 epochs
(docs/results/cifar100_plain20_50e.md).
"""
_base_ = './resnet20_cifar100.py'

model = dict(backbone=dict(shortcut='none'))
