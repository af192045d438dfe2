"""Strictly plain 8 layers on CIFAR-10, trained without a teacher.

    python tools/train.py configs/rd/plain8_ce_cifar10.py

The baseline of the other plain8, and the config to test them with.
Expected: not known. Measured: 80.35 % in 10 epochs of one cycle
(docs/results/cifar10_plain8_10e.md).
"""
_base_ = './resnet8_cifar10.py'

model = dict(backbone=dict(shortcut='none'))
