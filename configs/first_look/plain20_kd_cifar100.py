"""First look on a CPU: plain-20 by logit distillation.

    python tools/train.py configs/first_look/plain20_kd_cifar100.py \
        --work-dir work_dirs/first_look/plain20_kd_cifar100

Expected: not known. Measured: 35.14 and 35.76 % (docs/results/first_look.md).
"""
_base_ = './resnet20_4e_cifar100.py'

model = dict(
    type='rd_plugins.LogitDistiller',
    backbone=dict(shortcut='none'),
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/first_look/resnet20_cifar100/epoch_12.pth')))
