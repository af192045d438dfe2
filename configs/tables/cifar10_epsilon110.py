"""ε-ResNet-110 on CIFAR-10 at full length, 1000 epochs; for a GPU.

    python tools/reproduce.py configs/tables/cifar10_epsilon110.py --amp

Learning Strict Identity Mappings (arXiv 1804.01661).
Expected: 94.76 % with 12 of 54 blocks gone, 93.95 % without gates.
Measured: not run.
"""
title = 'ε-ResNet-110 on CIFAR-10'
note = 'Blocks, parameters and MACs are counted without the dead blocks.'
seeds = [0]

rows = dict(
    preact110=dict(
        title='pre-activation ResNet-110, without gates',
        config='../epsilon/preact110_cifar10.py',
        published='93.95'),
    epsilon110=dict(
        title='ε-ResNet-110',
        config='../epsilon/epsilon110_cifar10.py',
        published='94.76, 12 of 54 blocks gone'))
