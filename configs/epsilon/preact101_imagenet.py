"""Baseline of epsilon101_imagenet.py: pre-activation ResNet-101.

    bash tools/dist_train.sh configs/epsilon/preact101_imagenet.py 8

Recipe: the paper's released code
(configs/_base_/schedules/epsilon_imagenet.py).
Expected: 22.7 % top-1 and 6.4 % top-5 error (the paper). Measured: not run.
"""
_base_ = [
    '../_base_/models/preact101_imagenet.py',
    '../_base_/datasets/epsilon_imagenet.py',
    '../_base_/schedules/epsilon_imagenet.py',
    '../_base_/default_runtime.py',
]
