"""Fading: plain-20 that begins as its teacher, on CIFAR-100.

    python tools/train.py configs/rd/resnet20_cifar100.py    # the teacher
    python tools/train.py configs/fading/plain20_cifar100.py

Method: docs/fading.md. Schedule: that of the teacher.
Expected: not known.
Measured: 64.85, 65.53 and 65.86 % in 50 epochs
(docs/results/cifar100_plain20_50e.md).
"""
_base_ = '../rd/resnet20_cifar100.py'

model = dict(
    type='rd_plugins.LogitDistiller',
    alpha=0.5,
    copy_teacher=True,
    backbone=dict(shortcut='fading_pad', fade=dict(horizon=0.5)),
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/resnet20_cifar100/epoch_200.pth')))
