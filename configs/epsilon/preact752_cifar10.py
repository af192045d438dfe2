"""Baseline of epsilon752_cifar10.py: pre-activation ResNet-752.

    python tools/train.py configs/epsilon/preact752_cifar10.py

Recipe: as the ε-ResNet's, for 200 epochs without gates or restarts
(configs/_base_/schedules/preact_cifar.py).
Expected: 5.47 % error (read from the paper's figures). Measured: not run.
"""
_base_ = './preact110_cifar10.py'

model = dict(backbone=dict(depth=752))
