"""preact110_svhn.py with side supervision, without gates.

    python tools/train.py configs/epsilon/preact110_side_svhn.py

Recipe: as preact110_svhn.py's.
Expected: 1.84 % error (read from the paper's figures). Measured: not run.
"""
_base_ = './preact110_svhn.py'

model = dict(type='rd_plugins.SideSupervised')
