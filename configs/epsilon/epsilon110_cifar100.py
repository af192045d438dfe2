"""ε-ResNet-110 on CIFAR-100.

    python tools/train.py configs/epsilon/epsilon110_cifar100.py

Recipe: the paper's released code (configs/_base_/schedules/epsilon_cifar.py),
with no restart in the last 150 epochs.
Expected: 26.70 % error with 0 of 54 blocks gone (read from the paper's
figures). Measured: not run.
"""
_base_ = [
    '../_base_/models/epsilon_cifar.py',
    '../_base_/datasets/epsilon_cifar100.py',
    '../_base_/schedules/epsilon_cifar.py',
    '../_base_/default_runtime.py',
]

model = dict(head=dict(num_classes=100))
