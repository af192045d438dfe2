"""200 epochs on SVHN with restarts, as in ε-ResNet's released code.

As epsilon_cifar.py, with shorter steps. After 480,000 of the code's training
steps, in epoch 102, the weight decay falls to a fifth.
"""
_base_ = './epsilon_cifar.py'

param_scheduler = [
    dict(
        type='rd_plugins.RestartMultiStepLR',
        milestones=[20, 28, 50],
        factors=[0.1, 0.01, 0.001],
        restart_milestones=[10, 14, 25]),
    dict(
        type='MultiStepParamScheduler',
        param_name='weight_decay',
        milestones=[102],
        gamma=0.2,
        by_epoch=True)
]
train_cfg = dict(max_epochs=200)
