"""The recipe to begin with: plain-18 on ImageNet.

    bash tools/dist_train.sh configs/best/plain18_imagenet.py 8

Fading shortcuts and logit distillation (docs/fading.md), on a cosine and with
averaged weights.
Expected: not known. Measured: not run.
"""
_base_ = [
    'mmpretrain::_base_/models/resnet18.py',
    'mmpretrain::_base_/datasets/imagenet_bs64.py',
    '../_base_/schedules/imagenet_120e_cosine.py',
    '../_base_/default_runtime.py',
]

model = dict(
    type='rd_plugins.LogitDistiller',
    alpha=0.5,
    copy_teacher=True,
    backbone=dict(
        type='rd_plugins.PlainResNet',
        shortcut='fading',
        fade=dict(horizon=0.5)),
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='https://download.openmmlab.com/mmclassification/v0/'
            'resnet/resnet18_8xb32_in1k_20210831-fbbb1da6.pth')))
