"""Fading: plain-20 that begins as its teacher, on CIFAR-10.

    python tools/train.py configs/rd/resnet20_cifar10.py    # the teacher
    python tools/train.py configs/fading/plain20_cifar10.py

Method: docs/fading.md. Schedule: that of the teacher.
Expected: not known. Measured: 91.89 % in 70 epochs of one cycle
(docs/results/cifar10_plain20_20e.md).
"""
_base_ = '../rd/resnet20_cifar10.py'

model = dict(
    type='rd_plugins.LogitDistiller',
    alpha=0.5,
    copy_teacher=True,
    backbone=dict(shortcut='fading_pad', fade=dict(horizon=0.5)),
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/resnet20_cifar10/epoch_200.pth')))
