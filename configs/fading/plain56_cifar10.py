"""Fading: plain-56 that begins as its teacher, on CIFAR-10.

    python tools/train.py configs/rd/resnet56_cifar10.py    # the teacher
    python tools/train.py configs/fading/plain56_cifar10.py

Method: docs/fading.md; the recipe to begin with, without averaged weights.
Expected: not known.
Measured: 88.94 % in 10 epochs (docs/results/cifar10_plain56_20e.md).
"""
_base_ = '../best/plain56_cifar10.py'

custom_hooks = []
