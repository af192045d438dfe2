"""No-Res: plain 20-layer student by the protocol of the source.

    python tools/train.py configs/no_res/resnet20_seed_cifar100.py  # teacher
    python tools/train.py configs/no_res/plain20_seed_cifar100.py

ResNet with No Res (github.com/tgjjj/ResNet-Distillation), but with the teacher
in eval mode and stages really frozen.
Expected: 57.67 %. Measured: 55.95 %, with stages at a rate of 4 57.65 % and,
from a teacher trained here, 58.05 % (docs/results/cifar100_no_res_seed.md).
"""
_base_ = './resnet20_seed_cifar100.py'

model = dict(
    type='rd_plugins.StagewiseDistiller',
    backbone=dict(shortcut='none'),
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/resnet20_seed_cifar100/epoch_160.pth')))

param_scheduler = []
train_cfg = dict(max_epochs=120)
custom_hooks = [
    dict(
        type='rd_plugins.PhaseHook',
        phases=[
            *(dict(
                name=f'stage {k}',
                epochs=30,
                train=[f'backbone.layer{k}'],
                loss=f'stage{k}',
                lr=0.1,
                milestones=[14, 24]) for k in (1, 2, 3)),
            dict(
                name='fine-tune',
                epochs=30,
                loss='finetune',
                lr=0.001,
                milestones=[14, 24]),
        ])
]
