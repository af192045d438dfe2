"""No-Res: plain 56-layer student of ResNet-56 on CIFAR-100, our recipe.

    python tools/train.py configs/rd/resnet56_cifar100.py  # teacher
    python tools/train.py configs/no_res/plain56_cifar100.py

Method of ResNet with No Res (github.com/tgjjj/ResNet-Distillation); padded
crops, weight decay and cosines are ours.
Expected: not known. Measured: not run.
"""
_base_ = './plain20_cifar100.py'

model = dict(
    backbone=dict(depth=56),
    teacher=dict(
        backbone=dict(depth=56),
        init_cfg=dict(
            checkpoint='work_dirs/resnet56_cifar100/epoch_200.pth')))
