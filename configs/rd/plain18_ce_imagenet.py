"""Strictly plain 18-layer network on ImageNet, trained without a teacher.

    bash tools/dist_train.sh configs/rd/plain18_ce_imagenet.py 8

The baseline of plain18_imagenet.py, and the config to test and deploy its
checkpoint with. Schedule and data are the teacher's, resnet18_imagenet.py.
Expected: no published number is known. Measured: not run.
"""
_base_ = './resnet18_imagenet.py'

model = dict(backbone=dict(type='rd_plugins.PlainResNet'))
