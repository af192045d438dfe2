"""Plain-18, -34 and -50 on CIFAR-10, 200 epochs; for a GPU.

    python tools/reproduce.py configs/tables/cifar10_plain18_34_50.py --amp

Aimed at: 95.5 % or more by the best student of each depth. Expected: by
JointRD 95.36, 94.96 and 94.46 %, as its authors publish. Measured: not run.
"""
title = 'Plain-18, -34 and -50 on CIFAR-10'
seeds = [0]

rows = dict()
for depth, published in ((18, '95.36'), (34, '94.96'), (50, '94.46')):
    plain = f'../rd/plain{depth}_ce_cifar10.py'
    student = dict(test_config=plain, teacher=f'resnet{depth}')
    rows[f'resnet{depth}'] = dict(
        title=f'ResNet-{depth} (teacher)',
        config=f'../rd/resnet{depth}_cifar10.py')
    rows[f'plain{depth}_ce'] = dict(
        title=f'plain-{depth}, cross entropy', config=plain)
    rows[f'plain{depth}_jointrd'] = dict(
        title=f'plain-{depth}, JointRD',
        config=f'../rd/plain{depth}_cifar10.py',
        published=published,
        **student)
    rows[f'plain{depth}_fading'] = dict(
        title=f'plain-{depth}, fading shortcuts and logit distillation',
        config=f'../fading/plain{depth}_cifar10.py',
        **student)
