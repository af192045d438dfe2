"""Logit distillation: plain-20 on CIFAR-10.

    python tools/train.py configs/rd/resnet20_cifar10.py  # teacher
    python tools/train.py configs/rd/plain20_kd_cifar10.py

arXiv 1503.02531 with temperature and share of mode KL of JointRD's released
code.
Expected: not known. Measured: 88.80 % in 20 epochs of one cycle
(docs/results/cifar10_plain20_20e.md).
"""
_base_ = './resnet20_cifar10.py'

model = dict(
    type='rd_plugins.LogitDistiller',
    backbone=dict(shortcut='none'),
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/resnet20_cifar10/epoch_200.pth')))
