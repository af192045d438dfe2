"""ResNet-20 of the 6n+2 family on CIFAR-10, the teacher of plain20_cifar10.py.

    python tools/train.py configs/rd/resnet20_cifar10.py

Instead of training it, the weights published in
akamaster/pytorch_resnet_cifar10 can be converted:

    python tools/model_converters/convert_teacher.py resnet20.th \
        work_dirs/resnet20_cifar10/epoch_200.pth \
        --config configs/rd/resnet20_cifar10.py

Recipe: JointRD's released code for CIFAR, with five epochs of warm-up added
(configs/_base_/schedules/cifar_200e.py).
Expected: the published weights have 8.27 % error.
Measured: 8.27 % error with the published weights; training not run.
"""
_base_ = [
    '../_base_/models/resnet20_cifar.py',
    '../_base_/datasets/cifar10_bs128.py',
    '../_base_/schedules/cifar_200e.py',
    '../_base_/default_runtime.py',
]

# Normalised as the published weights expect it.
data_preprocessor = dict(
    mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375])
