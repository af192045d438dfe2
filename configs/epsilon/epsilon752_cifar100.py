"""ε-ResNet-752 on CIFAR-100.

    python tools/train.py configs/epsilon/epsilon752_cifar100.py

Recipe: the paper's released code (configs/_base_/schedules/epsilon_cifar.py),
with no restart in the last 150 epochs.
Expected: 23.80 % error with 256 of 375 blocks gone (read from the paper's
figures). Measured: not run.
"""
_base_ = './epsilon110_cifar100.py'

model = dict(backbone=dict(depth=752))
