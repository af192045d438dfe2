"""First look on a CPU: plain-20 stage by stage, then cross entropy.

    python tools/train.py configs/first_look/plain20_no_res_cifar100.py \
        --work-dir work_dirs/first_look/plain20_no_res_cifar100

Expected: not known. Measured: 53.19 and 52.94 % (docs/results/first_look.md).
"""
_base_ = './resnet20_4e_cifar100.py'

model = dict(
    type='rd_plugins.StagewiseDistiller',
    backbone=dict(shortcut='none'),
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/first_look/resnet20_cifar100/epoch_12.pth')))

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
                lr=0.02,
                schedule='cosine'),
        ])
]
