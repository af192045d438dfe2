"""200 epochs on CIFAR, the baselines of ε-ResNet.

As epsilon_cifar.py, up to its second milestone and without restarts.
"""
_base_ = './epsilon_cifar.py'

param_scheduler = [
    dict(type='MultiStepLR', milestones=[82, 123], gamma=0.1, by_epoch=True)
]
train_cfg = dict(max_epochs=200)
