"""Fading: plain-56 that begins as its teacher, on CIFAR-10.

    python tools/train.py configs/rd/resnet56_cifar10.py    # the teacher
    python tools/train.py configs/fading/plain56_cifar10.py

Shortcuts fade block after block, with logit distillation and stage losses
(docs/fading.md); stage by stage is better, see plain56_stages_cifar10.py.
Expected: not known. Measured: 88.94 % in 10 epochs of one cycle
(docs/results/cifar10_plain56_20e.md).
"""
_base_ = [
    '../_base_/models/resnet56_cifar.py',
    '../_base_/datasets/cifar10_bs128.py',
    '../_base_/schedules/cifar_200e_cosine.py',
    '../_base_/default_runtime.py',
]

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
            checkpoint='work_dirs/resnet56_cifar10/epoch_200.pth')))

# Normalised as the published weights expect it.
data_preprocessor = dict(
    mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375])

# Low, for the student starts where its teacher has arrived.
optim_wrapper = dict(optimizer=dict(lr=0.01))
