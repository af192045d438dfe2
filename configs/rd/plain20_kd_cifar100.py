"""Logit distillation: plain-20 on CIFAR-100.

    python tools/train.py configs/rd/resnet20_cifar100.py  # teacher
    python tools/train.py configs/rd/plain20_kd_cifar100.py

arXiv 1503.02531 with temperature and share of mode KL of JointRD's released
code.
Expected: not known.
Measured: 63.99 % in 50 epochs (docs/results/cifar100_plain20_50e.md).
"""
_base_ = './resnet20_cifar100.py'

model = dict(
    type='rd_plugins.LogitDistiller',
    backbone=dict(shortcut='none'),
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/resnet20_cifar100/epoch_200.pth')))
