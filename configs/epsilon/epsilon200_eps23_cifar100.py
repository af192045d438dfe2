"""epsilon200_cifar100.py with an epsilon of 2.3.

    python tools/train.py configs/epsilon/epsilon200_eps23_cifar100.py

Recipe: as epsilon200_cifar100.py's.
Expected: 24.1 % error with 7 of 99 blocks gone (read from the paper's
figures). Measured: not run.
"""
_base_ = './epsilon200_cifar100.py'

model = dict(backbone=dict(epsilon=2.3))
