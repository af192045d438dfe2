"""preact200_svhn.py with side supervision, without gates.

    python tools/train.py configs/epsilon/preact200_side_svhn.py

Recipe: as preact200_svhn.py's.
Expected: 1.71 % error (read from the paper's figures). Measured: not run.
"""
_base_ = './preact200_svhn.py'

model = dict(type='rd_plugins.SideSupervised')
