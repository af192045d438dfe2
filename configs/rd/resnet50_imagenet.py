"""ResNet-50 on ImageNet, the teacher of plain50_imagenet.py.

    bash tools/dist_train.sh configs/rd/resnet50_imagenet.py 8

There is no need to train it: plain50_imagenet.py takes the weights that
MMPretrain publishes.
Recipe: JointRD's released code for ImageNet, with five epochs of warm-up added
(configs/_base_/schedules/imagenet_120e.py).
Expected: about 76.55 %, what MMPretrain publishes for this network.
Measured: not run.
"""
_base_ = [
    'mmpretrain::_base_/models/resnet50.py',
    'mmpretrain::_base_/datasets/imagenet_bs64.py',
    '../_base_/schedules/imagenet_120e.py',
    '../_base_/default_runtime.py',
]
