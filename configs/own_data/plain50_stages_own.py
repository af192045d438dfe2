"""Fading stage by stage: plain-50 that begins as its teacher, on own images.

    python tools/train.py configs/own_data/resnet50_own.py    # the teacher
    python tools/train.py configs/own_data/plain50_stages_own.py

What 56 layers on CIFAR-10 took best: docs/fading.md, docs/own_data.md.
Expected: not known. Measured: not run.
"""
_base_ = './plain50_no_res_own.py'

model = dict(
    backbone=dict(shortcut='fading', fade=dict(by='phase', horizon=0.2)),
    finetune=dict(type='rd_plugins.LogitDistiller', alpha=0.5))

optim_wrapper = dict(clip_grad=dict(max_norm=1.0))
custom_hooks = [
    dict(
        type='rd_plugins.PhaseHook',
        phases=[
            *(dict(
                name=f'stage {k}',
                epochs=20,
                train=[f'backbone.layer{k}'],
                loss=f'stage{k}',
                lr=2.0,
                weight_decay=0.0,
                schedule='cosine') for k in (1, 2, 3, 4)),
            dict(
                name='fine-tune',
                epochs=20,
                loss='finetune',
                lr=0.002,
                schedule='cosine'),
        ])
]
