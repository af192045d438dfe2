"""Logit distillation: plain-56 on CIFAR-10.

    python tools/train.py configs/rd/resnet56_cifar10.py  # teacher
    python tools/train.py configs/rd/plain56_kd_cifar10.py

As plain20_kd_cifar10.py. So deep a student needs a better start than random
weights: --cfg-options load_from=PATH, of fading/plain56_stages_cifar10.py.
Expected: not known. Measured: 92.58 % in 24 epochs from there, with the
settings of its table (docs/results/cifar10_plain56_20e.md).
"""
_base_ = './plain20_kd_cifar10.py'

model = dict(
    backbone=dict(depth=56),
    teacher=dict(
        backbone=dict(depth=56),
        init_cfg=dict(checkpoint='work_dirs/resnet56_cifar10/epoch_200.pth')))
