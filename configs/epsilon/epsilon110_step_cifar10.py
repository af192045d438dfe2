"""epsilon110_cifar10.py with gates from epoch 151 on.

    python tools/train.py configs/epsilon/epsilon110_step_cifar10.py

Recipe: as epsilon110_cifar10.py's; the last version of the released code lets
epsilon step from 0 to its value after 150 epochs.
Expected: no number is published. Measured: not run.
"""
_base_ = './epsilon110_cifar10.py'

custom_hooks = [
    dict(type='rd_plugins.DeadBlockHook'),
    dict(type='rd_plugins.EpsilonScheduleHook', schedule='step', begin=150)
]
