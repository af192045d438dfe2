"""ε-ResNet-32 on a quarter of CIFAR-10, 16 epochs on a CPU.

    python tools/train.py configs/epsilon/epsilon32_short_cifar10.py

Ours; so that blocks die this early, epsilon is 4 and weight decay 25 times the
paper's.
Expected: not known. Measured: 67.92 % without a settled end
(docs/results/epsilon_short.md).
"""
_base_ = './epsilon110_cifar10.py'

model = dict(backbone=dict(depth=32, epsilon=4.0))

train_dataloader = dict(
    num_workers=0, drop_last=False, dataset=dict(indices=12500))
val_dataloader = dict(num_workers=0)

optim_wrapper = dict(optimizer=dict(weight_decay=5e-3))
param_scheduler = [
    dict(
        type='rd_plugins.RestartMultiStepLR',
        milestones=[10, 14],
        factors=[0.1, 0.01],
        restart_milestones=[4, 7],
        tail=6)
]
train_cfg = dict(max_epochs=16, val_interval=2)

# Closed for a whole epoch of 98 steps
custom_hooks = [
    dict(
        type='rd_plugins.DeadBlockHook',
        closed_steps=98,
        calibration_batches=20)
]
randomness = dict(seed=0)
