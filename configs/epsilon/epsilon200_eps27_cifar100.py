"""epsilon200_cifar100.py with an epsilon of 2.7.

    python tools/train.py configs/epsilon/epsilon200_eps27_cifar100.py

Recipe: as epsilon200_cifar100.py's.
Expected: 24.4 % error with 22 of 99 blocks gone (read from the paper's
figures). Measured: not run.
"""
_base_ = './epsilon200_cifar100.py'

model = dict(backbone=dict(epsilon=2.7))
