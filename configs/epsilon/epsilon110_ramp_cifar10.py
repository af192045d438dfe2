"""epsilon110_cifar10.py with an epsilon that grows over 150 epochs.

    python tools/train.py configs/epsilon/epsilon110_ramp_cifar10.py

Ours.
Expected: not known. Measured: not run.
"""
_base_ = './epsilon110_cifar10.py'

custom_hooks = [
    dict(type='rd_plugins.DeadBlockHook'),
    dict(type='rd_plugins.EpsilonScheduleHook', schedule='linear', end=150)
]
