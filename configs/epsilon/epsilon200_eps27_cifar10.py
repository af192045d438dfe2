"""epsilon200_cifar10.py with an epsilon of 2.7.

    python tools/train.py configs/epsilon/epsilon200_eps27_cifar10.py

Recipe: as epsilon200_cifar10.py's.
Expected: 5.5 % error with 50 of 99 blocks gone (read from the paper's
figures). Measured: not run.
"""
_base_ = './epsilon200_cifar10.py'

model = dict(backbone=dict(epsilon=2.7))
