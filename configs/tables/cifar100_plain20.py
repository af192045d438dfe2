"""Ways to train a plain-20 on CIFAR-100, 200 epochs.

    python tools/reproduce.py configs/tables/cifar100_plain20.py --jobs 2

Expected: ResNet-20 68.5 % or more, the best plain-20 within half a point.
Measured: not run.
"""
title = 'Plain-20 on CIFAR-100'
note = ('No-Res and fading start from the teacher\'s weights, and so have its '
        'epochs behind them too; the others start from random ones. Each '
        'seed has a teacher of its own: rows with other seeds are not of the '
        'same teachers. The runs that come with the package read the images '
        'of CIFAR-100 in another order than the official files have: their '
        'checksums differ.')
seeds = [0]

plain = '../rd/plain20_ce_cifar100.py'
student = dict(test_config=plain, teacher='teacher')

rows = dict(
    teacher=dict(
        title='ResNet-20 (teacher)', config='../rd/resnet20_cifar100.py'),
    ce=dict(title='plain-20, cross entropy', config=plain),
    kd=dict(
        title='plain-20, logit distillation',
        config='../rd/plain20_kd_cifar100.py',
        **student),
    jointrd=dict(
        title='plain-20, JointRD',
        config='../rd/plain20_cifar100.py',
        **student),
    jointrd_one=dict(
        title='plain-20, JointRD with one hybrid a step',
        config='../rd/plain20_cifar100.py',
        options=dict(model=dict(hybrids='one')),
        **student),
    no_res=dict(
        title='plain-20, No-Res',
        config='../no_res/plain20_cifar100.py',
        **student),
    no_res_joint=dict(
        title='plain-20, No-Res then JointRD',
        config='../no_res/plain20_joint_cifar100.py',
        **student),
    fading=dict(
        title='plain-20, fading shortcuts and logit distillation',
        config='../fading/plain20_cifar100.py',
        **student),
    fading_hybrid=dict(
        title='plain-20, the same and hybrids',
        config='../fading/plain20_joint_cifar100.py',
        **student),
    best=dict(
        title='plain-20, the same on a cosine, with averaged weights',
        config='../best/plain20_cifar100.py',
        **student))
