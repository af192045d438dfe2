"""ε-ResNet-20 and -32 on CIFAR-10, 200 epochs.

    python tools/reproduce.py configs/tables/cifar10_epsilon.py --amp --jobs 2

The paper has no networks this short; weight decay is its own.
Aimed at: a fifth of the blocks gone, at the accuracy without gates.
Expected: not known. Measured: not run.
"""
title = 'ε-ResNet-20 and -32 on CIFAR-10'
reduced = ('ε-ResNets have 200 epochs instead of 1000, with milestones and '
           'restarts in proportion; those without gates have their own 200.')
note = ('Blocks, parameters and MACs are counted without the dead blocks. A '
        'larger ε closes gates more easily.')
seeds = [0]

rows = dict()
for depth in (20, 32):
    rows[f'preact{depth}'] = dict(
        title=f'pre-activation ResNet-{depth}, without gates',
        config='../epsilon/preact110_cifar10.py',
        options=dict(model=dict(backbone=dict(depth=depth))))
    for epsilon in (2.5, 4.0):
        rows[f'epsilon{depth}_{epsilon}'.replace('.', '_')] = dict(
            title=f'ε-ResNet-{depth}, ε = {epsilon}',
            config='../epsilon/epsilon110_cifar10.py',
            epochs=200,
            options=dict(model=dict(backbone=dict(
                depth=depth, epsilon=epsilon))))
