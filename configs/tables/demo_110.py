"""The demo's table with 110 layers: twice as deep, all else the same.

    python tools/reproduce.py configs/tables/demo_110.py --jobs 2

Expected: cross entropy fails. Measured: docs/results/demo_110.md.
"""
_base_ = './demo.py'

title = '110 layers without shortcuts'
note = ('The recipes of the demo, with 110 layers instead of 56 and, but for '
        'the last row, no other change: 4,000 digits of MNIST at 14 x 14, '
        'four epochs each, tested on 1,000 others with the plain config. All '
        'but cross entropy starts from the teacher\'s weights. Tried with '
        'seed 0: No-Res with stages at 1 or 4 without weight decay and a last '
        'phase at 0.001 (43.2 and 17.4 %) or at 1 and 0.01 (9.5 %), cross '
        'entropy at 0.01 (11.0 %), JointRD at 0.005 (18.9 %).')
seeds = [0, 1, 2]

deep = dict(model=dict(backbone=dict(depth=110)))
student = dict(
    options=dict(
        model=dict(
            backbone=dict(depth=110),
            teacher=dict(backbone=dict(depth=110)))),
    test_options=deep)
high_then_low = [
    dict(
        type='rd_plugins.PhaseHook',
        phases=[
            *(dict(
                name=f'stage {k}',
                epochs=1,
                train=[f'backbone.layer{k}'],
                loss=f'stage{k}',
                lr=1.0,
                weight_decay=0.0,
                schedule='cosine') for k in (1, 2, 3)),
            dict(
                name='fine-tune',
                epochs=1,
                loss='finetune',
                lr=0.001,
                schedule='cosine'),
        ])
]

rows = dict(
    teacher=dict(title='ResNet-110 (teacher)', options=deep),
    ce=dict(title='plain-110, cross entropy', options=deep),
    no_res=dict(title='plain-110, No-Res', **student),
    no_res_high=dict(
        title='plain-110, No-Res, stages at 1, last phase at 0.001',
        config='../demo/plain56_no_res_mnist5k.py',
        test_config='../demo/plain56_ce_mnist5k.py',
        teacher='teacher',
        options=dict(student['options'], custom_hooks=high_then_low),
        test_options=deep),
    jointrd=dict(title='plain-110, JointRD', **student),
    fading=dict(title='plain-110, fading shortcuts', **student))
