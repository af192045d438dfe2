"""The demo's table with 110 layers: twice as deep, all else the same.

    python tools/reproduce.py configs/tables/demo_110.py --jobs 2

Expected: cross entropy fails. Measured: not run.
"""
_base_ = './demo.py'

title = '110 layers without shortcuts'
note = ('The recipes of the demo, with 110 layers instead of 56 and no other '
        'change: 4,000 digits of MNIST at 14 x 14, four epochs each, tested '
        'on 1,000 others with the plain config.')
seeds = [0, 1, 2]

deep = dict(model=dict(backbone=dict(depth=110)))
student = dict(
    options=dict(
        model=dict(
            backbone=dict(depth=110),
            teacher=dict(backbone=dict(depth=110)))),
    test_options=deep)

rows = dict(
    teacher=dict(title='ResNet-110 (teacher)', options=deep),
    ce=dict(title='plain-110, cross entropy', options=deep),
    no_res=dict(title='plain-110, No-Res', **student),
    jointrd=dict(title='plain-110, JointRD', **student),
    fading=dict(title='plain-110, fading shortcuts', **student))
