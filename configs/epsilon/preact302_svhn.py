"""Baseline of epsilon302_svhn.py: pre-activation ResNet-302.

    python tools/train.py configs/epsilon/preact302_svhn.py

Recipe: as the ε-ResNet's, for 80 epochs without gates or restarts
(configs/_base_/schedules/preact_svhn.py).
Expected: 1.72 % error (read from the paper's figures). Measured: not run.
"""
_base_ = './preact110_svhn.py'

model = dict(backbone=dict(depth=302))
