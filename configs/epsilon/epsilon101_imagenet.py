"""ε-ResNet-101 on ImageNet.

    bash tools/dist_train.sh configs/epsilon/epsilon101_imagenet.py 8

Learning Strict Identity Mappings (arXiv 1804.01661), its released code. An
epsilon of 2.1: docs/epsilon_paper.md. Gates look at 32 images, there at 64.
Expected: 23.3 % top-1 and 6.8 % top-5 error, on average 20.1 % of the gates
closed.
Measured: not run.
"""
_base_ = './preact101_imagenet.py'

model = dict(
    type='rd_plugins.SideSupervised', backbone=dict(gate=True, epsilon=2.0))

# Settled for the last two steps of the learning rate, which never restarts.
custom_hooks = [dict(type='rd_plugins.DeadBlockHook', end=85)]
