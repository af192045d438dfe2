"""ε-ResNet-110 on CIFAR-10.

    python tools/train.py configs/epsilon/epsilon110_cifar10.py

Recipe: the paper's released code (configs/_base_/schedules/epsilon_cifar.py),
with no restart in the last 150 epochs.
Expected: 5.24 % error with 12 of 54 blocks gone (read from the paper's
figures). Measured: not run.
"""
_base_ = [
    '../_base_/models/epsilon_cifar.py',
    '../_base_/datasets/epsilon_cifar10.py',
    '../_base_/schedules/epsilon_cifar.py',
    '../_base_/default_runtime.py',
]
