"""First look on a CPU: plain-20 stage by stage, then cross entropy.

    python tools/train.py configs/first_look/plain20_no_res_cifar100.py \
        --work-dir work_dirs/first_look/plain20_no_res_cifar100

Expected: not known. Measured: see docs/results/first_look.md.
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
                lr=0.02,
                schedule='cosine'),
        ])
]
