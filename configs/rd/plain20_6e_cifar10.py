"""JointRD: strictly plain 20-layer student, six epochs of CIFAR-10.

    python tools/model_converters/convert_teacher.py resnet20.th \
        work_dirs/resnet20_cifar10/epoch_200.pth    # see resnet20_cifar10.py
    python tools/train.py configs/rd/plain20_6e_cifar10.py

Expected: not known. Measured: see docs/results/cifar10_6e.md.
"""
_base_ = './resnet20_6e_cifar10.py'

model = dict(
    type='rd_plugins.JointRD',
    backbone=dict(shortcut='none'),
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/resnet20_cifar10/epoch_200.pth')),
    hybrid_weight=dict(start=1.0, end=0.5, horizon=0.3))
