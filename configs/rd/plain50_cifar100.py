"""JointRD: strictly plain 50-layer student of ResNet-50 on CIFAR-100.

    python tools/train.py configs/rd/resnet50_cifar100.py  # teacher
    python tools/train.py configs/rd/plain50_cifar100.py

Residual Distillation (NeurIPS 2020), frozen teacher, strictly plain student;
schedule of its released code, five epochs of warm-up added.
Expected: not known. Measured: not run.
"""
_base_ = './resnet50_cifar100.py'

model = dict(
    type='rd_plugins.JointRD',
    backbone=dict(type='rd_plugins.PlainResNet_CIFAR'),
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/resnet50_cifar100/epoch_200.pth')),
    hybrid_weight=dict(start=1.0, end=0.5, horizon=0.3))
