"""JointRD: strictly plain 50-layer student on own images.

    python tools/train.py configs/own_data/resnet50_own.py    # the teacher
    python tools/train.py configs/own_data/plain50_rd_own.py

Residual Distillation (NeurIPS 2020). The hybrids end after half of the run;
see docs/own_data.md.
Expected: not known. Measured: not run.
"""
_base_ = './plain50_ce_own.py'

model = dict(
    type='rd_plugins.JointRD',
    hybrid_weight=dict(start=1.0, end=0.0, horizon=0.5),
    teacher=dict(
        _base_.model,
        backbone=dict(_base_.model.backbone, type='ResNet'),
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/resnet50_own/epoch_30.pth')))
