"""Strictly plain 20 layers on CIFAR-10, trained without a teacher.

    python tools/train.py configs/rd/plain20_ce_cifar10.py

The baseline of the other plain20, and the config to test them with.
Expected: not known. Measured: 87.13 % in 20 epochs of one cycle
(docs/results/cifar10_plain20_20e.md).
"""
_base_ = './resnet20_cifar10.py'

model = dict(backbone=dict(shortcut='none'))
