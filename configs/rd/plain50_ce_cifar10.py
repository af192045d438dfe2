"""Strictly plain 50 layers on CIFAR-10, trained without a teacher.

    python tools/train.py configs/rd/plain50_ce_cifar10.py

The baseline of the other plain50, and the config to test them with.
Expected: not known. Measured: not run.
"""
_base_ = './resnet50_cifar10.py'

model = dict(backbone=dict(type='rd_plugins.PlainResNet_CIFAR'))
