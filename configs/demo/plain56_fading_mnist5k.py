"""The demo's student by fading shortcuts and logit distillation.

    python tools/train.py configs/demo/resnet56_mnist5k.py  # teacher
    python tools/train.py configs/demo/plain56_fading_mnist5k.py

Expected: not known. Measured: 95.77 ± 0.40 % (docs/results/demo.md).
"""
_base_ = './resnet56_mnist5k.py'

model = dict(
    type='rd_plugins.LogitDistiller',
    alpha=0.5,
    copy_teacher=True,
    backbone=dict(
        shortcut='fading_pad',
        fade=dict(horizon=0.75, order='first_to_last')),
    objectives=[
        dict(type='rd_plugins.StageLoss', stage=k, loss_weight=5.0)
        for k in (1, 2, 3)
    ],
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/resnet56_mnist5k/epoch_4.pth')))

# Low, for the shortcuts fade while it is at its peak.
param_scheduler = dict(eta_max=0.005)
