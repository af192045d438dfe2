"""Plain-20 on 4,000 digits, by JointRD.

    python tools/train.py configs/demo/resnet20_mnist5k.py  # teacher
    python tools/train.py configs/demo/plain20_mnist5k.py

Expected: not known. Measured: 98.30 % (docs/results/digits_20_layers.md).
"""
_base_ = './resnet20_mnist5k.py'

model = dict(
    type='rd_plugins.JointRD',
    backbone=dict(shortcut='none'),
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/resnet20_mnist5k/epoch_4.pth')),
    hybrid_weight=dict(start=1.0, end=0.5, horizon=0.3))
