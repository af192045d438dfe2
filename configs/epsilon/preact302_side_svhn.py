"""preact302_svhn.py with side supervision, without gates.

    python tools/train.py configs/epsilon/preact302_side_svhn.py

Recipe: as preact302_svhn.py's.
Expected: 1.58 % error (read from the paper's figures). Measured: not run.
"""
_base_ = './preact302_svhn.py'

model = dict(type='rd_plugins.SideSupervised')
