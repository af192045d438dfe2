"""No-Res: plain 56-layer student by the protocol of the source.

    python tools/train.py configs/no_res/resnet56_seed_cifar100.py  # teacher
    python tools/train.py configs/no_res/plain56_seed_cifar100.py

ResNet with No Res (github.com/tgjjj/ResNet-Distillation), but with the teacher
in eval mode and stages really frozen.
Expected: not known. Measured: not run.
"""
_base_ = './plain20_seed_cifar100.py'

model = dict(
    backbone=dict(depth=56),
    teacher=dict(
        backbone=dict(depth=56),
        init_cfg=dict(
            checkpoint='work_dirs/resnet56_seed_cifar100/epoch_160.pth')))
