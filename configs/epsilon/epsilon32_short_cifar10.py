"""ε-ResNet-32 on a quarter of CIFAR-10, for a look at dying blocks on a CPU.

    python tools/train.py configs/epsilon/epsilon32_short_cifar10.py

The first 12,500 training images, 20 epochs. So that blocks die this early,
epsilon is 5 and the weight decay 25 times the paper's; the schedule is
shortened in the same spirit. Blocks that live after 12 epochs stay open: at
this weight decay many would close for some batches only.
Expected: not known. Measured: see docs/results/epsilon_short.md.
"""
_base_ = './epsilon110_cifar10.py'

model = dict(backbone=dict(depth=32, epsilon=5.0))

train_dataloader = dict(
    num_workers=0, drop_last=False, dataset=dict(indices=12500))
val_dataloader = dict(num_workers=0)

optim_wrapper = dict(optimizer=dict(weight_decay=5e-3))
param_scheduler = [
    dict(
        type='rd_plugins.RestartMultiStepLR',
        milestones=[12, 17],
        factors=[0.1, 0.01],
        restart_milestones=[8, 13],
        tail=13)
]
train_cfg = dict(max_epochs=20, val_interval=2)

custom_hooks = [
    dict(
        type='rd_plugins.DeadBlockHook',
        # Closed for a whole epoch of 98 steps
        closed_steps=98,
        calibration_batches=20),
    dict(
        type='rd_plugins.EpsilonScheduleHook',
        schedule='constant',
        release=12),
]
randomness = dict(seed=0)
