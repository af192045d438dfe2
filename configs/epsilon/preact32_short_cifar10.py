"""epsilon32_short_cifar10.py without gates, to compare with.

    python tools/train.py configs/epsilon/preact32_short_cifar10.py

Expected: not known. Measured: 73.54 % (docs/results/epsilon_short.md).
"""
_base_ = './epsilon32_short_cifar10.py'

model = dict(backbone=dict(gate=False))
custom_hooks = []
