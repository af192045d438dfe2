"""ResNet-34 on ImageNet, the teacher of plain34_imagenet.py.

    bash tools/dist_train.sh configs/rd/resnet34_imagenet.py 8

There is no need to train it: plain34_imagenet.py takes the weights that
MMPretrain publishes.
Recipe: JointRD's released code for ImageNet, with five epochs of warm-up added
(configs/_base_/schedules/imagenet_120e.py).
Expected: about 73.62 %, what MMPretrain publishes for this network.
Measured: not run.
"""
_base_ = [
    'mmpretrain::_base_/models/resnet34.py',
    'mmpretrain::_base_/datasets/imagenet_bs64.py',
    '../_base_/schedules/imagenet_120e.py',
    '../_base_/default_runtime.py',
]
