"""Baseline of epsilon200_svhn.py: pre-activation ResNet-200.

    python tools/train.py configs/epsilon/preact200_svhn.py

Recipe: as the ε-ResNet's, for 80 epochs without gates or restarts
(configs/_base_/schedules/preact_svhn.py).
Expected: 1.83 % error (read from the paper's figures). Measured: not run.
"""
_base_ = './preact110_svhn.py'

model = dict(backbone=dict(depth=200))
