"""Strictly plain 34-layer network on ImageNet, trained without a teacher.

    bash tools/dist_train.sh configs/rd/plain34_ce_imagenet.py 8

The baseline of plain34_imagenet.py, and the config to test and deploy its
checkpoint with. Schedule and data are the teacher's, resnet34_imagenet.py.
Expected: no published number is known. Measured: not run.
"""
_base_ = './resnet34_imagenet.py'

model = dict(backbone=dict(type='rd_plugins.PlainResNet'))
