"""preact110_cifar100.py with side supervision, without gates.

    python tools/train.py configs/epsilon/preact110_side_cifar100.py

Recipe: as preact110_cifar100.py's.
Expected: 27.10 % error (read from the paper's figures). Measured: not run.
"""
_base_ = './preact110_cifar100.py'

model = dict(type='rd_plugins.SideSupervised')
