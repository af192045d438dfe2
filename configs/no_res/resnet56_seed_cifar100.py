"""ResNet-56 on CIFAR-100 by the protocol of ResNet with No Res.

    python tools/train.py configs/no_res/resnet56_seed_cifar100.py

ResNet with No Res (github.com/tgjjj/ResNet-Distillation).
Expected: not known. Measured: not run.
"""
_base_ = './resnet20_seed_cifar100.py'

model = dict(backbone=dict(depth=56))
