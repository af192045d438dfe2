"""Logit distillation: plain-20 learns its teacher's softened predictions.

    python tools/train.py configs/rd/resnet20_cifar10.py    # the teacher
    python tools/train.py configs/rd/plain20_kd_cifar10.py

Source: Distilling the Knowledge in a Neural Network (arXiv 1503.02531), with
temperature 4 and 0.9 as the teacher's share.
Expected: no published number is known. Measured: not run.
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
