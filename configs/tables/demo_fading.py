"""How shortcuts of 56 layers should fade, on the demo's 4,000 digits.

    python tools/reproduce.py configs/tables/demo_fading.py --jobs 2

Expected: not known. Measured: docs/results/demo_fading.md.
"""
title = 'Fading 56 layers: at once or block after block, with stage losses'
note = ('4,000 digits of MNIST at 14 x 14, four epochs each, tested on 1,000 '
        'others with the plain config; the recipe of the demo but for what '
        'the row says.')
seeds = [0, 1, 2]

together = dict(backbone=dict(fade=dict(order='together')))
no_stages = dict(objectives=[])
student = dict(
    config='../demo/plain56_fading_mnist5k.py',
    test_config='../demo/plain56_ce_mnist5k.py',
    teacher='teacher')

rows = dict(
    teacher=dict(
        title='ResNet-56 (teacher)', config='../demo/resnet56_mnist5k.py'),
    at_once=dict(
        title='plain-56, at once',
        options=dict(model=dict(**together, **no_stages)),
        **student),
    at_once_stages=dict(
        title='plain-56, at once, with stage losses',
        options=dict(model=together),
        **student),
    blocks=dict(
        title='plain-56, block after block',
        options=dict(model=no_stages),
        **student),
    blocks_stages=dict(
        title='plain-56, block after block, with stage losses', **student))
