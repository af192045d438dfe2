"""epsilon32_short_cifar10.py in 20 epochs, settled after twelve.

    python tools/train.py configs/epsilon/epsilon32_20e_cifar10.py

Ours; epsilon is 5, and restarts end early enough for the learning rate to fall
with preact32_20e_cifar10.py's.
Expected: not known. Measured: 76.92 % by an earlier version, which
opened closed blocks that were alive (docs/results/epsilon_short.md).
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
    dict(
        type='rd_plugins.DeadBlockHook',
        closed_steps=98,
        calibration_batches=20,
        end=12)
]
