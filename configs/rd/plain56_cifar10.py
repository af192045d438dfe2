"""JointRD: strictly plain 56-layer student of ResNet-56 on CIFAR-10.

    python tools/train.py configs/rd/resnet56_cifar10.py  # teacher
    python tools/train.py configs/rd/plain56_cifar10.py

Residual Distillation (NeurIPS 2020), frozen teacher, strictly plain student;
schedule of its released code, five epochs of warm-up added.
Expected: not known. Measured: 81.69 % in 20 epochs of one cycle
(docs/results/cifar10_plain56_20e.md).
"""
_base_ = './resnet56_cifar10.py'

model = dict(
    type='rd_plugins.JointRD',
    backbone=dict(shortcut='none'),
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/resnet56_cifar10/epoch_200.pth')),
    hybrid_weight=dict(start=1.0, end=0.5, horizon=0.3))
