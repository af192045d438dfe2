"""preact200_cifar100.py with side supervision, without gates.

    python tools/train.py configs/epsilon/preact200_side_cifar100.py

Recipe: as preact200_cifar100.py's.
Expected: 25.74 % error (read from the paper's figures). Measured: not run.
"""
_base_ = './preact200_cifar100.py'

model = dict(type='rd_plugins.SideSupervised')
