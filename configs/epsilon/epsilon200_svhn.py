"""ε-ResNet-200 on SVHN.

    python tools/train.py configs/epsilon/epsilon200_svhn.py

Recipe: the paper's released code (configs/_base_/schedules/epsilon_svhn.py),
with no restart in the last 25 epochs.
Expected: 1.66 % error with 28 of 99 blocks gone (read from the paper's
figures). Measured: not run.
"""
_base_ = './epsilon110_svhn.py'

model = dict(backbone=dict(depth=200))
