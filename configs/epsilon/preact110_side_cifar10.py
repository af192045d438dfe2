"""preact110_cifar10.py with side supervision, without gates.

    python tools/train.py configs/epsilon/preact110_side_cifar10.py

Recipe: as preact110_cifar10.py's.
Expected: 5.84 % error (read from the paper's figures). Measured: not run.
"""
_base_ = './preact110_cifar10.py'

model = dict(type='rd_plugins.SideSupervised')
