"""No-Res: plain-50 fitted to its teacher stage by stage, on own images.

    python tools/train.py configs/own_data/resnet50_own.py    # the teacher
    python tools/train.py configs/own_data/plain50_no_res_own.py

Method of ResNet with No Res; phases, weight decay and cosines are ours. See
docs/no_res.md, docs/own_data.md.
Expected: not known. Measured: not run.
"""
_base_ = './plain50_ce_own.py'

model = dict(
    type='rd_plugins.StagewiseDistiller',
    teacher=dict(
        _base_.model,
        backbone=dict(_base_.model.backbone, type='ResNet'),
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/resnet50_own/epoch_30.pth')))

# A mean over all channels gives the scale of one a gradient of 1/C, which
# decay would outweigh.
optim_wrapper = dict(
    paramwise_cfg=dict(norm_decay_mult=0.0, bias_decay_mult=0.0))
param_scheduler = []
custom_hooks = [
    dict(
        type='rd_plugins.PhaseHook',
        phases=[
            *(dict(
                name=f'stage {k}',
                epochs=10,
                train=[f'backbone.layer{k}'],
                loss=f'stage{k}',
                lr=2.0,
                weight_decay=0.0,
                schedule='cosine') for k in (1, 2, 3, 4)),
            dict(
                name='fine-tune',
                epochs=60,
                loss='finetune',
                lr=0.001,
                schedule='cosine'),
        ])
]
