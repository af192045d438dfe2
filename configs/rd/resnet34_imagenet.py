"""ResNet-34 on ImageNet, the teacher of plain34_imagenet.py.

    bash tools/dist_train.sh configs/rd/resnet34_imagenet.py 8

Schedule of JointRD's released code, five epochs of warm-up added.
plain34_imagenet.py takes the weights that MMPretrain publishes.
Expected: about 73.62 %, MMPretrain's with its own recipe. Measured: not run.
"""
_base_ = [
    'mmpretrain::_base_/models/resnet34.py',
    'mmpretrain::_base_/datasets/imagenet_bs64.py',
    '../_base_/schedules/imagenet_120e.py',
    '../_base_/default_runtime.py',
]
