"""Logit distillation: plain-50 on own images.

    python tools/train.py configs/own_data/resnet50_own.py    # the teacher
    python tools/train.py configs/own_data/plain50_kd_own.py

arXiv 1503.02531 with temperature and share of mode KL of JointRD's released
code; see docs/own_data.md.
Expected: not known. Measured: not run.
"""
_base_ = './plain50_ce_own.py'

model = dict(
    type='rd_plugins.LogitDistiller',
    teacher=dict(
        _base_.model,
        backbone=dict(_base_.model.backbone, type='ResNet'),
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/resnet50_own/epoch_30.pth')))
