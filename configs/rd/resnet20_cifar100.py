"""ResNet-20 of the 6n+2 family on CIFAR-100, a teacher of plain20.

    python tools/train.py configs/rd/resnet20_cifar100.py

Schedule of JointRD's released code, five epochs of warm-up added.
Expected: 68.5 % or more. Measured: 66.16, 66.75 and 66.82 % in 50 epochs,
all in proportion (docs/results/cifar100_plain20_50e.md).
"""
_base_ = [
    '../_base_/models/resnet20_cifar.py',
    '../_base_/datasets/cifar100_bs128.py',
    '../_base_/schedules/cifar_200e.py',
    '../_base_/default_runtime.py',
]

model = dict(head=dict(num_classes=100))
