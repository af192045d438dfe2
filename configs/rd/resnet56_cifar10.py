"""ResNet-56 of the 6n+2 family on CIFAR-10, a teacher of plain56.

    python tools/train.py configs/rd/resnet56_cifar10.py

Schedule of JointRD's released code, five epochs of warm-up added. Instead of
training it, akamaster/pytorch_resnet_cifar10 can be converted, see
docs/teachers.md.
Expected: 6.61 % error with the published weights.
Measured: 6.61 % with them (docs/testing.md), training not run.
"""
_base_ = [
    '../_base_/models/resnet56_cifar.py',
    '../_base_/datasets/cifar10_bs128.py',
    '../_base_/schedules/cifar_200e.py',
    '../_base_/default_runtime.py',
]

# Normalised as the published weights expect it.
data_preprocessor = dict(
    mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375])
