"""No-Res: plain 56-layer student on CIFAR-100 by the seed's own protocol.

    python tools/train.py configs/no_res/resnet56_seed_cifar100.py  # teacher
    python tools/train.py configs/no_res/plain56_seed_cifar100.py

Source: ResNet with No Res (github.com/tgjjj/ResNet-Distillation).
Differs from it: the teacher is in eval mode, frozen stages do not move.
Expected: no published number is known. Measured: not run.
"""
_base_ = './resnet56_seed_cifar100.py'

model = dict(
    type='rd_plugins.StagewiseDistiller',
    backbone=dict(shortcut='none'),
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/resnet56_seed_cifar100/epoch_160.pth')))

param_scheduler = []
train_cfg = dict(max_epochs=120)
custom_hooks = [
    dict(
        type='rd_plugins.PhaseHook',
        phases=[
            dict(
                name='stage 1',
                epochs=30,
                train=['backbone.layer1'],
                loss='stage1',
                lr=0.1,
                milestones=[14, 24]),
            dict(
                name='stage 2',
                epochs=30,
                train=['backbone.layer2'],
                loss='stage2',
                lr=0.1,
                milestones=[14, 24]),
            dict(
                name='stage 3',
                epochs=30,
                train=['backbone.layer3'],
                loss='stage3',
                lr=0.1,
                milestones=[14, 24]),
            dict(
                name='fine-tune',
                epochs=30,
                loss='finetune',
                lr=0.001,
                milestones=[14, 24]),
        ])
]
