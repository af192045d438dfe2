"""JointRD: strictly plain 50-layer student of ResNet-50 on ImageNet.

    python tools/train.py configs/rd/plain50_imagenet.py
    bash tools/dist_train.sh configs/rd/plain50_imagenet.py 8

Source: Residual Distillation (NeurIPS 2020).
Recipe: JointRD's released code for ImageNet, with five epochs of warm-up added
(configs/_base_/schedules/imagenet_120e.py).
The learning rate is for 8 x 64 images; with another number of GPUs add
--auto-scale-lr. The teacher is MMPretrain's published ResNet-50 (76.55 %).
The hybrids fade out at half of the run and are not computed after that.
Expected: the paper claims the level of ResNet-50 (76.55 %) for a student that
kept the projections of stages 2-4.
Measured: not run.
"""
_base_ = './resnet50_imagenet.py'

model = dict(
    type='rd_plugins.JointRD',
    backbone=dict(type='rd_plugins.PlainResNet'),
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='https://download.openmmlab.com/mmclassification/v0/'
            'resnet/resnet50_8xb32_in1k_20210831-ea4938fc.pth')),
    hybrid_weight=dict(start=1.0, end=0.0, horizon=0.5))
