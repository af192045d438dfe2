"""ResNet-50 on CIFAR-10, the teacher of plain50_cifar10.py.

    python tools/train.py configs/rd/resnet50_cifar10.py

Schedule of JointRD's released code, five epochs of warm-up added.
Expected: about 95.55 %, MMPretrain's with its own recipe. Measured: not run.
"""
_base_ = [
    'mmpretrain::_base_/models/resnet50_cifar.py',
    '../_base_/datasets/cifar10_bs128.py',
    '../_base_/schedules/cifar_200e.py',
    '../_base_/default_runtime.py',
]
