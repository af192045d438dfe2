"""JointRD: strictly plain 50-layer student of ResNet-50 on ImageNet.

    bash tools/dist_train.sh configs/rd/plain50_imagenet.py 8

Residual Distillation (NeurIPS 2020), frozen teacher, strictly plain student;
schedule of its released code, five epochs of warm-up added. The hybrids end
after half of the run.
Expected: the level of ResNet-50 (76.55 %), which the paper claims for a
student that kept projections.
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
