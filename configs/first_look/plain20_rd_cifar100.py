"""First look on a CPU: plain-20 by JointRD.

    python tools/train.py configs/first_look/plain20_rd_cifar100.py \
        --work-dir work_dirs/first_look/plain20_rd_cifar100

Expected: not known. Measured: 40.40 and 41.38 % (docs/results/first_look.md).
"""
_base_ = './resnet20_4e_cifar100.py'

model = dict(
    type='rd_plugins.JointRD',
    backbone=dict(shortcut='none'),
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/first_look/resnet20_cifar100/epoch_12.pth')))
