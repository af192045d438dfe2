"""The demo's student, by JointRD from its teacher's weights.

    python tools/train.py configs/demo/resnet56_mnist5k.py  # teacher
    python tools/train.py configs/demo/plain56_mnist5k.py

Expected: not known. Measured: 85.23 ± 9.92 % (docs/results/demo.md).
"""
_base_ = './resnet56_mnist5k.py'

model = dict(
    type='rd_plugins.JointRD',
    copy_teacher=True,
    backbone=dict(shortcut='none'),
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/resnet56_mnist5k/epoch_4.pth')),
    hybrid_weight=dict(start=1.0, end=0.5, horizon=0.3))

# Lower than the teacher's: copied weights are a better start than random ones.
param_scheduler = dict(eta_max=0.02)
