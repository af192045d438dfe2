"""ε-ResNet-110 on CIFAR-10 by the rules of the released code.

    python tools/train.py configs/epsilon/epsilon110_reference_cifar10.py

Learning Strict Identity Mappings (arXiv 1804.01661): its restarts up to the
end, gates that look at the test batch, closed blocks that are still computed.
Expected: 5.24 % error with 12 of 54 blocks gone. Measured: not run.
"""
_base_ = './epsilon110_cifar10.py'

model = dict(backbone=dict(eval_gates='dynamic'))

param_scheduler = [
    dict(
        type='rd_plugins.RestartMultiStepLR',
        milestones=[82, 123, 300],
        factors=[0.1, 0.01, 0.002],
        restart_milestones=[41, 61, 150],
        rule='reference',
        tail=0)
]
custom_hooks = [dict(type='rd_plugins.DeadBlockHook', bury=False)]
