"""JointRD: strictly plain 18-layer student of ResNet-18 on ImageNet.

    bash tools/dist_train.sh configs/rd/plain18_imagenet.py 8

Residual Distillation (NeurIPS 2020), frozen teacher, strictly plain student;
schedule of its released code, five epochs of warm-up added. The hybrids end
after half of the run.
Expected: not known. Measured: not run.
"""
_base_ = './resnet18_imagenet.py'

model = dict(
    type='rd_plugins.JointRD',
    backbone=dict(type='rd_plugins.PlainResNet'),
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='https://download.openmmlab.com/mmclassification/v0/'
            'resnet/resnet18_8xb32_in1k_20210831-fbbb1da6.pth')),
    hybrid_weight=dict(start=1.0, end=0.0, horizon=0.5))
