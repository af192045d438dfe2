"""A trained ResNet-18 of MMPretrain loses 40 % of its MACs in one run.

    python tools/train.py configs/epsilon/gated_resnet18_mnist5k.py

Ours.
Expected: not known. Measured: not run.
"""
_base_ = './resnet18_mnist5k.py'

model = dict(backbone=dict(type='rd_plugins.GatedResNet_CIFAR'))
load_from = 'work_dirs/resnet18_mnist5k/epoch_4.pth'

# Closed for a whole epoch of 80 steps
custom_hooks = [
    dict(
        type='rd_plugins.DeadBlockHook',
        target=0.4,
        metric='macs',
        closed_steps=80,
        calibration_batches=20,
        end=5)
]

optim_wrapper = dict(optimizer=dict(lr=0.02))
param_scheduler = dict(eta_max=0.02, total_steps=8)
train_cfg = dict(max_epochs=8)
