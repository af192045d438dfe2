"""Baseline of epsilon500_cifar100.py: pre-activation ResNet-500.

    python tools/train.py configs/epsilon/preact500_cifar100.py

Recipe: as the ε-ResNet's, for 200 epochs without gates or restarts
(configs/_base_/schedules/preact_cifar.py).
Expected: 24.67 % error (read from the paper's figures). Measured: not run.
"""
_base_ = './preact110_cifar100.py'

model = dict(backbone=dict(depth=500))
