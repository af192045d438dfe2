"""preact752_cifar100.py with side supervision, without gates.

    python tools/train.py configs/epsilon/preact752_side_cifar100.py

Recipe: as preact752_cifar100.py's.
Expected: 24.42 % error (read from the paper's figures). Measured: not run.
"""
_base_ = './preact752_cifar100.py'

model = dict(type='rd_plugins.SideSupervised')
