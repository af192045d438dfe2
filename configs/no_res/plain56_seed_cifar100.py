"""No-Res: plain 56-layer student on CIFAR-100 by the seed's own protocol.

    python tools/train.py configs/no_res/resnet56_seed_cifar100.py  # teacher
    python tools/train.py configs/no_res/plain56_seed_cifar100.py

Source: ResNet with No Res (github.com/tgjjj/ResNet-Distillation).
Differs from it: the teacher is in eval mode, frozen stages do not move.
Expected: no published number is known. Measured: not run.
"""
_base_ = './plain20_seed_cifar100.py'

model = dict(
    backbone=dict(depth=56),
    teacher=dict(
        backbone=dict(depth=56),
        init_cfg=dict(
            checkpoint='work_dirs/resnet56_seed_cifar100/epoch_160.pth')))
