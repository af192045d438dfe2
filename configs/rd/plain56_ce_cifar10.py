"""Strictly plain 56 layers on CIFAR-10, trained without a teacher.

    python tools/train.py configs/rd/plain56_ce_cifar10.py

The baseline of the other plain56, and the config to test them with.
Expected: not known. Measured: 74.03 % in 20 epochs of one cycle
(docs/results/cifar10_plain56_20e.md).
"""
_base_ = './resnet56_cifar10.py'

model = dict(backbone=dict(shortcut='none'))
