"""The demo's student by No-Res: stage by stage, then cross entropy.

    python tools/train.py configs/demo/resnet20_mnist5k.py  # teacher
    python tools/train.py configs/demo/plain20_no_res_mnist5k.py

Expected: not known. Measured: 97.00 % (docs/results/demo.md).
"""
_base_ = './resnet20_mnist5k.py'

model = dict(
    type='rd_plugins.StagewiseDistiller',
    backbone=dict(shortcut='none'),
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/resnet20_mnist5k/epoch_4.pth')))

param_scheduler = []
custom_hooks = [
    dict(
        type='rd_plugins.PhaseHook',
        phases=[
            *(dict(
                name=f'stage {k}',
                epochs=1,
                train=[f'backbone.layer{k}'],
                loss=f'stage{k}',
                lr=0.1,
                schedule='cosine') for k in (1, 2, 3)),
            dict(
                name='fine-tune',
                epochs=1,
                loss='finetune',
                lr=0.01,
                schedule='cosine'),
        ])
]
