"""The demo's student by No-Res: stage by stage, then cross entropy.

    python tools/train.py configs/demo/resnet20_mnist5k.py    # the teacher
    python tools/train.py configs/demo/plain20_no_res_mnist5k.py

Expected and measured: see docs/results/demo.md.
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
            dict(
                name='stage 1',
                epochs=1,
                train=['backbone.layer1'],
                loss='stage1',
                lr=0.1,
                schedule='cosine'),
            dict(
                name='stage 2',
                epochs=1,
                train=['backbone.layer2'],
                loss='stage2',
                lr=0.1,
                schedule='cosine'),
            dict(
                name='stage 3',
                epochs=1,
                train=['backbone.layer3'],
                loss='stage3',
                lr=0.1,
                schedule='cosine'),
            dict(
                name='fine-tune',
                epochs=1,
                loss='finetune',
                lr=0.01,
                schedule='cosine'),
        ])
]
