"""ε-ResNet-752 on CIFAR-10.

    python tools/train.py configs/epsilon/epsilon752_cifar10.py

Recipe: the paper's released code (configs/_base_/schedules/epsilon_cifar.py),
with no restart in the last 150 epochs.
Expected: 5.22 % error with 311 of 375 blocks gone (read from the paper's
figures). Measured: not run.
"""
_base_ = './epsilon110_cifar10.py'

model = dict(backbone=dict(depth=752))
