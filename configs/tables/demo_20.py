"""The demo's table with 20 layers, which train without a teacher as well.

    python tools/reproduce.py configs/tables/demo_20.py --jobs 2

Expected: all train. Measured: docs/results/demo_20.md.
"""
_base_ = './demo.py'

title = '20 layers without shortcuts'
note = ('The recipes of the demo, with 20 layers instead of 56 and no other '
        'change: 4,000 digits of MNIST at 14 x 14, four epochs each, tested '
        'on 1,000 others with the plain config. All but cross entropy starts '
        'from the teacher\'s weights.')
seeds = [0, 1, 2]

shallow = dict(model=dict(backbone=dict(depth=20)))
student = dict(
    options=dict(
        model=dict(
            backbone=dict(depth=20), teacher=dict(backbone=dict(depth=20)))),
    test_options=shallow)

rows = dict(
    teacher=dict(title='ResNet-20 (teacher)', options=shallow),
    ce=dict(title='plain-20, cross entropy', options=shallow),
    no_res=dict(title='plain-20, No-Res', **student),
    jointrd=dict(title='plain-20, JointRD', **student),
    fading=dict(title='plain-20, fading shortcuts', **student))
