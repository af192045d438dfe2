"""Baseline of epsilon500_cifar10.py: pre-activation ResNet-500.

    python tools/train.py configs/epsilon/preact500_cifar10.py

Recipe: as the ε-ResNet's, for 200 epochs without gates or restarts
(configs/_base_/schedules/preact_cifar.py).
Expected: 5.92 % error (read from the paper's figures). Measured: not run.
"""
_base_ = './preact110_cifar10.py'

model = dict(backbone=dict(depth=500))
