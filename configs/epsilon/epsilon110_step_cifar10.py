"""epsilon110_cifar10.py with gates from epoch 151 on.

    python tools/train.py configs/epsilon/epsilon110_step_cifar10.py

The last version of the released code of Learning Strict Identity Mappings
(arXiv 1804.01661).
Expected: not known. Measured: not run.
"""
_base_ = './epsilon110_cifar10.py'

custom_hooks = [
    dict(type='rd_plugins.DeadBlockHook'),
    dict(type='rd_plugins.EpsilonScheduleHook', schedule='step', begin=150)
]
