"""ResNet-50 on CIFAR-100, the teacher of plain50_cifar100.py.

    python tools/train.py configs/rd/resnet50_cifar100.py

Schedule of JointRD's released code, five epochs of warm-up added.
Expected: about 79.90 %, MMPretrain's with its own recipe. Measured: not run.
"""
_base_ = [
    'mmpretrain::_base_/models/resnet50_cifar.py',
    '../_base_/datasets/cifar100_bs128.py',
    '../_base_/schedules/cifar_200e.py',
    '../_base_/default_runtime.py',
]

model = dict(head=dict(num_classes=100))
