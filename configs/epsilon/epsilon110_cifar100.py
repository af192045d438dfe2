"""ε-ResNet-110 on CIFAR-100.

    python tools/train.py configs/epsilon/epsilon110_cifar100.py

Learning Strict Identity Mappings (arXiv 1804.01661), its released code; no
restart in the last 150 epochs. Other depths: docs/epsilon_paper.md.
Expected: 26.70 % error with 0 of 54 blocks gone. Measured: not run.
"""
_base_ = [
    '../_base_/models/epsilon_cifar.py',
    '../_base_/datasets/epsilon_cifar100.py',
    '../_base_/schedules/epsilon_cifar.py',
    '../_base_/default_runtime.py',
]

# Chosen by the test set, as the published number may be: docs/epsilon.md
default_hooks = dict(checkpoint=dict(save_best='accuracy/top1'))

model = dict(head=dict(num_classes=100))
