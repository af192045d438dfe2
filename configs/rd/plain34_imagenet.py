"""JointRD: strictly plain 34-layer student of ResNet-34 on ImageNet.

    python tools/train.py configs/rd/plain34_imagenet.py
    bash tools/dist_train.sh configs/rd/plain34_imagenet.py 8

Source: Residual Distillation (NeurIPS 2020).
Recipe: JointRD's released code for ImageNet, with five epochs of warm-up added
(configs/_base_/schedules/imagenet_120e.py).
The learning rate is for 8 x 64 images; with another number of GPUs add
--auto-scale-lr. The teacher is MMPretrain's published ResNet-34 (73.62 %).
The hybrids fade out at half of the run and are not computed after that.
Expected: no published number is known.
Measured: not run.
"""
_base_ = './resnet34_imagenet.py'

model = dict(
    type='rd_plugins.JointRD',
    backbone=dict(type='rd_plugins.PlainResNet'),
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='https://download.openmmlab.com/mmclassification/v0/'
            'resnet/resnet34_8xb32_in1k_20210831-f257d4e6.pth')),
    hybrid_weight=dict(start=1.0, end=0.0, horizon=0.5))
