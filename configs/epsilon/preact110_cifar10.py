"""Baseline of epsilon110_cifar10.py: pre-activation ResNet-110.

    python tools/train.py configs/epsilon/preact110_cifar10.py

Learning Strict Identity Mappings (arXiv 1804.01661), 200 epochs without gates.
Other depths, side supervision: docs/epsilon_paper.md.
Expected: 6.05 % error. Measured: not run.
"""
_base_ = [
    '../_base_/models/preact_cifar.py',
    '../_base_/datasets/epsilon_cifar10.py',
    '../_base_/schedules/preact_cifar.py',
    '../_base_/default_runtime.py',
]

# Chosen by the test set, as the published number may be: docs/epsilon.md
default_hooks = dict(checkpoint=dict(save_best='accuracy/top1'))
