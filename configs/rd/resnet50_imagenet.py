"""ResNet-50 on ImageNet, the teacher of plain50_imagenet.py.

    bash tools/dist_train.sh configs/rd/resnet50_imagenet.py 8

Schedule of JointRD's released code, five epochs of warm-up added.
plain50_imagenet.py takes the weights that MMPretrain publishes.
Expected: about 76.55 %, MMPretrain's with its own recipe. Measured: not run.
"""
_base_ = [
    'mmpretrain::_base_/models/resnet50.py',
    'mmpretrain::_base_/datasets/imagenet_bs64.py',
    '../_base_/schedules/imagenet_120e.py',
    '../_base_/default_runtime.py',
]
