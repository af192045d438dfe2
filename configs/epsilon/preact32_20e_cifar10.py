"""epsilon32_20e_cifar10.py without gates, to compare with.

    python tools/train.py configs/epsilon/preact32_20e_cifar10.py

Expected: not known. Measured: 78.35 % (docs/results/epsilon_short.md).
"""
_base_ = './epsilon32_20e_cifar10.py'

model = dict(backbone=dict(gate=False))
custom_hooks = []
