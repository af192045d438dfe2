"""80 epochs on SVHN, the baselines of ε-ResNet: its steps without restarts."""
_base_ = './epsilon_cifar.py'

param_scheduler = [
    dict(
        type='rd_plugins.RestartMultiStepLR',
        milestones=[20, 28, 50],
        factors=[0.1, 0.01, 0.001])
]
train_cfg = dict(max_epochs=80)
