"""ResNet-56 (6n+2 family) on CIFAR-100, a teacher for configs/no_res.

    python tools/train.py configs/rd/resnet56_cifar100.py

Recipe: JointRD's released code for CIFAR, with five epochs of warm-up added
(configs/_base_/schedules/cifar_200e.py).
Expected: no published number for this recipe is known. Measured: not run.
"""
_base_ = './resnet20_cifar100.py'

model = dict(backbone=dict(depth=56))
