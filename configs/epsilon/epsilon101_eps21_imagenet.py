"""ε-ResNet-101 on ImageNet, with an epsilon of 2.1.

    bash tools/dist_train.sh configs/epsilon/epsilon101_eps21_imagenet.py 8

Recipe: the paper's released code
(configs/_base_/schedules/epsilon_imagenet.py).
Expected: 22.7 % top-1 and 6.6 % top-5 error; on average 25.6 % of the gates
closed (the paper). Measured: not run.
"""
_base_ = './epsilon101_imagenet.py'

model = dict(backbone=dict(epsilon=2.1))
