"""The recipe to begin with: plain-56 on CIFAR-100.

    python tools/train.py configs/rd/resnet56_cifar100.py    # the teacher
    python tools/train.py configs/best/plain56_cifar100.py

Shortcuts fade block after block, with logit distillation and stage losses
(docs/fading.md), on a cosine and with averaged weights.
Expected: not known. Measured: not run.
"""
_base_ = [
    '../_base_/models/resnet56_cifar.py',
    '../_base_/datasets/cifar100_bs128.py',
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
    head=dict(num_classes=100),
    teacher=dict(
        _base_.model,
        head=dict(_base_.model.head, num_classes=100),
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/resnet56_cifar100/epoch_200.pth')))

# Low, for the student starts where its teacher has arrived.
optim_wrapper = dict(optimizer=dict(lr=0.01))
