"""Strictly plain 18 layers on CIFAR-100; tests the students of the protocol.

    python tools/train.py configs/no_res/plain18_ce_seed_cifar100.py

Schedule and data of resnet18_seed_cifar100.py.
Expected: not known. Measured: not run.
"""
_base_ = './resnet18_seed_cifar100.py'

model = dict(backbone=dict(type='rd_plugins.PlainResNet_CIFAR'))
