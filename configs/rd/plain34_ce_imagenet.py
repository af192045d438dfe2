"""Strictly plain 34 layers on ImageNet, trained without a teacher.

    bash tools/dist_train.sh configs/rd/plain34_ce_imagenet.py 8

The baseline of the other plain34, and the config to test them with.
Expected: not known. Measured: not run.
"""
_base_ = './resnet34_imagenet.py'

model = dict(backbone=dict(type='rd_plugins.PlainResNet'))
