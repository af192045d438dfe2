"""ε-ResNet-101 on ImageNet.

    bash tools/dist_train.sh configs/epsilon/epsilon101_imagenet.py 8

Recipe: the paper's released code
(configs/_base_/schedules/epsilon_imagenet.py).
Expected: 23.3 % top-1 and 6.8 % top-5 error; on average 20.1 % of the gates
closed (the paper). Measured: not run.
"""
_base_ = './preact101_side_imagenet.py'

model = dict(backbone=dict(gate=True, epsilon=2.0))

custom_hooks = [dict(type='rd_plugins.DeadBlockHook')]
