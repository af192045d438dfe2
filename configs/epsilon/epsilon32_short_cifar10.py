"""short"""
_base_ = './epsilon110_cifar10.py'

model = dict(backbone=dict(depth=32, epsilon=2.5))
optim_wrapper = dict(optimizer=dict(weight_decay=2e-3))
train_dataloader = dict(dataset=dict(indices=10000))
custom_hooks = [
    dict(
        type='rd_plugins.DeadBlockHook', closed_steps=78,
        calibration_batches=20)
]
param_scheduler = [
    dict(
        type='rd_plugins.RestartMultiStepLR',
        milestones=[12, 18],
        factors=[0.1, 0.01],
        restart_milestones=[4, 7])
]
train_cfg = dict(max_epochs=24, val_interval=2)
randomness = dict(seed=0)
