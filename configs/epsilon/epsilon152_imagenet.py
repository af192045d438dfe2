"""ε-ResNet-152 on ImageNet.

    bash tools/dist_train.sh configs/epsilon/epsilon152_imagenet.py 8

Recipe: the paper's released code
(configs/_base_/schedules/epsilon_imagenet.py).
Expected: 22.8 % top-1 and 6.4 % top-5 error (read from a figure); on average
36.2 % of the gates closed (the paper). Measured: not run.
"""
_base_ = './preact152_side_imagenet.py'

model = dict(backbone=dict(gate=True, epsilon=1.8))

custom_hooks = [dict(type='rd_plugins.DeadBlockHook')]
