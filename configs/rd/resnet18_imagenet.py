"""ResNet-18 on ImageNet, the teacher of plain18_imagenet.py.

    bash tools/dist_train.sh configs/rd/resnet18_imagenet.py 8

There is no need to train it: plain18_imagenet.py takes the weights that
MMPretrain publishes.
Recipe: JointRD's released code for ImageNet, with five epochs of warm-up added
(configs/_base_/schedules/imagenet_120e.py).
Expected: about 69.90 %, what MMPretrain publishes for this network.
Measured: not run.
"""
_base_ = [
    'mmpretrain::_base_/models/resnet18.py',
    'mmpretrain::_base_/datasets/imagenet_bs64.py',
    '../_base_/schedules/imagenet_120e.py',
    '../_base_/default_runtime.py',
]
