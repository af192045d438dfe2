"""ResNet-18 on CIFAR-10, the teacher of plain18_cifar10.py.

    python tools/train.py configs/rd/resnet18_cifar10.py

Schedule of JointRD's released code, five epochs of warm-up added.
Expected: about 94.82 %, MMPretrain's with its own recipe. Measured: not run.
"""
_base_ = [
    'mmpretrain::_base_/models/resnet18_cifar.py',
    '../_base_/datasets/cifar10_bs128.py',
    '../_base_/schedules/cifar_200e.py',
    '../_base_/default_runtime.py',
]
