"""Baseline of epsilon152_imagenet.py: pre-activation ResNet-152.

    bash tools/dist_train.sh configs/epsilon/preact152_imagenet.py 8

Recipe: the paper's released code
(configs/_base_/schedules/epsilon_imagenet.py).
Expected: the paper has no number of its own. Measured: not run.
"""
_base_ = './preact101_imagenet.py'

model = dict(backbone=dict(depth=152))
