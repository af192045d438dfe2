"""Baseline of epsilon110_svhn.py: pre-activation ResNet-110.

    python tools/train.py configs/epsilon/preact110_svhn.py

Recipe: as the ε-ResNet's, for 80 epochs without gates or restarts
(configs/_base_/schedules/preact_svhn.py).
Expected: 1.77 % error (read from the paper's figures). Measured: not run.
"""
_base_ = [
    '../_base_/models/preact_cifar.py',
    '../_base_/datasets/svhn_bs128.py',
    '../_base_/schedules/preact_svhn.py',
    '../_base_/default_runtime.py',
]
