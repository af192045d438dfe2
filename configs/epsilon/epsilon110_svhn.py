"""ε-ResNet-110 on SVHN.

    python tools/train.py configs/epsilon/epsilon110_svhn.py

Recipe: the paper's released code (configs/_base_/schedules/epsilon_svhn.py),
with no restart in the last 25 epochs.
Expected: 1.68 % error with 8 of 54 blocks gone (read from the paper's
figures). Measured: not run.
"""
_base_ = [
    '../_base_/models/epsilon_cifar.py',
    '../_base_/datasets/svhn_bs128.py',
    '../_base_/schedules/epsilon_svhn.py',
    '../_base_/default_runtime.py',
]

model = dict(backbone=dict(epsilon=1.5))
