"""preact752_cifar10.py with side supervision, without gates.

    python tools/train.py configs/epsilon/preact752_side_cifar10.py

Recipe: as preact752_cifar10.py's.
Expected: 5.18 % error (read from the paper's figures). Measured: not run.
"""
_base_ = './preact752_cifar10.py'

model = dict(type='rd_plugins.SideSupervised')
