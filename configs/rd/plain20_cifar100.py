"""JointRD: strictly plain 20-layer student of ResNet-20 on CIFAR-100.

    python tools/train.py configs/rd/resnet20_cifar100.py  # teacher
    python tools/train.py configs/rd/plain20_cifar100.py

Residual Distillation (NeurIPS 2020), frozen teacher, strictly plain student;
schedule of its released code, five epochs of warm-up added.
Expected: within 1.0 point of its teacher.
Measured: 64.89, 64.59 and 65.01 % in 50 epochs
(docs/results/cifar100_plain20_50e.md).
"""
_base_ = './resnet20_cifar100.py'

model = dict(
    type='rd_plugins.JointRD',
    backbone=dict(shortcut='none'),
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/resnet20_cifar100/epoch_200.pth')),
    hybrid_weight=dict(start=1.0, end=0.5, horizon=0.3))
