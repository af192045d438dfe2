"""epsilon32_short_cifar10.py in 20 epochs, the last eight with open gates.

    python tools/train.py configs/epsilon/epsilon32_20e_cifar10.py

Epsilon is 5. The learning rate restarts in the first seven epochs only, so
that it falls when the network without gates has its own fall. Blocks that live
after twelve epochs stay open: at this weight decay they would close for some
batches and not for others.
Expected: not known. Measured: see docs/results/epsilon_short.md.
"""
_base_ = './epsilon32_short_cifar10.py'

model = dict(backbone=dict(epsilon=5.0))

param_scheduler = [
    dict(
        type='rd_plugins.RestartMultiStepLR',
        milestones=[12, 17],
        factors=[0.1, 0.01],
        restart_milestones=[8, 13],
        tail=13)
]
train_cfg = dict(max_epochs=20)

custom_hooks = [
    *_base_.custom_hooks,
    dict(
        type='rd_plugins.EpsilonScheduleHook',
        schedule='constant',
        release=12),
]
