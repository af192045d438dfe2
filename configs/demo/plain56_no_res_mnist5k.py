"""The demo's student by No-Res: stage by stage, then cross entropy.

    python tools/train.py configs/demo/resnet56_mnist5k.py  # teacher
    python tools/train.py configs/demo/plain56_no_res_mnist5k.py

Expected: not known. Measured: 92.43 ± 0.75 % (docs/results/demo.md).
"""
_base_ = [
    './resnet56_mnist5k.py',
    '../_base_/schedules/no_res_3_stages_4e.py',
]

model = dict(
    type='rd_plugins.StagewiseDistiller',
    backbone=dict(shortcut='none'),
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/resnet56_mnist5k/epoch_4.pth')))

param_scheduler = []
