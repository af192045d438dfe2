"""ResNet-18 on ImageNet, the teacher of plain18_imagenet.py.

    bash tools/dist_train.sh configs/rd/resnet18_imagenet.py 8

Schedule of JointRD's released code, five epochs of warm-up added.
plain18_imagenet.py takes the weights that MMPretrain publishes.
Expected: about 69.90 %, MMPretrain's with its own recipe. Measured: not run.
"""
_base_ = [
    'mmpretrain::_base_/models/resnet18.py',
    'mmpretrain::_base_/datasets/imagenet_bs64.py',
    '../_base_/schedules/imagenet_120e.py',
    '../_base_/default_runtime.py',
]
