"""Strictly plain 50-layer network on ImageNet, trained without a teacher.

    bash tools/dist_train.sh configs/rd/plain50_ce_imagenet.py 8

The baseline of plain50_imagenet.py, and the config to test and deploy its
checkpoint with. Schedule and data are the teacher's, resnet50_imagenet.py.
Expected: no published number is known. Measured: not run.
"""
_base_ = './resnet50_imagenet.py'

model = dict(backbone=dict(type='rd_plugins.PlainResNet'))
