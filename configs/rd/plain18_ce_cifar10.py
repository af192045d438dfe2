"""Strictly plain 18 layers on CIFAR-10, trained without a teacher.

    python tools/train.py configs/rd/plain18_ce_cifar10.py

The baseline of the other plain18, and the config to test them with.
Expected: not known. Measured: not run.
"""
_base_ = './resnet18_cifar10.py'

model = dict(backbone=dict(type='rd_plugins.PlainResNet_CIFAR'))
