"""The recipe to begin with: plain-18 on CIFAR-10.

    python tools/train.py configs/rd/resnet18_cifar10.py    # the teacher
    python tools/train.py configs/best/plain18_cifar10.py

Fading shortcuts and logit distillation (docs/fading.md), on a cosine and with
averaged weights.
Expected: not known. Measured: not run.
"""
_base_ = [
    'mmpretrain::_base_/models/resnet18_cifar.py',
    '../_base_/datasets/cifar10_bs128.py',
    '../_base_/schedules/cifar_200e_cosine_ema.py',
    '../_base_/default_runtime.py',
]

model = dict(
    type='rd_plugins.LogitDistiller',
    alpha=0.5,
    copy_teacher=True,
    backbone=dict(
        type='rd_plugins.PlainResNet_CIFAR',
        shortcut='fading',
        fade=dict(horizon=0.5)),
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/resnet18_cifar10/epoch_200.pth')))
