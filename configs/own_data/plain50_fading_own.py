"""Fading: plain-50 that begins as its teacher, on own images.

    python tools/train.py configs/own_data/resnet50_own.py    # the teacher
    python tools/train.py configs/own_data/plain50_fading_own.py

The method to begin with: docs/fading.md, docs/own_data.md.
Expected: not known. Measured: not run.
"""
_base_ = './plain50_ce_own.py'

model = dict(
    type='rd_plugins.LogitDistiller',
    alpha=0.5,
    copy_teacher=True,
    backbone=dict(shortcut='fading', fade=dict(horizon=0.5)),
    teacher=dict(
        _base_.model,
        backbone=dict(_base_.model.backbone, type='ResNet'),
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/resnet50_own/epoch_30.pth')))
