"""Baseline of epsilon110_cifar10.py: pre-activation ResNet-110.

    python tools/train.py configs/epsilon/preact110_cifar10.py

Recipe: as the ε-ResNet's, for 200 epochs without gates or restarts
(configs/_base_/schedules/preact_cifar.py).
Expected: 6.05 % error (read from the paper's figures). Measured: not run.
"""
_base_ = [
    '../_base_/models/preact_cifar.py',
    '../_base_/datasets/epsilon_cifar10.py',
    '../_base_/schedules/preact_cifar.py',
    '../_base_/default_runtime.py',
]
