"""Plain-20 and plain-56 on CIFAR-10 from published teachers, 200 epochs.

    python tools/model_converters/convert_teacher.py resnet20-12fca82f.th \
        resnet20.pth --config configs/rd/resnet20_cifar10.py
    python tools/model_converters/convert_teacher.py resnet56-4bfd9763.th \
        resnet56.pth --config configs/rd/resnet56_cifar10.py
    python tools/reproduce.py configs/tables/cifar10_published_teachers.py \
        --weights resnet20=resnet20.pth resnet56=resnet56.pth

The teachers are those of akamaster/pytorch_resnet_cifar10.
Aimed at: plain-20 91.7 %, plain-56 93.0 % or more. Expected: not known.
Measured: not run.
"""
title = 'Plain-20 and plain-56 on CIFAR-10 from published teachers'
note = ('Recipes, not methods: those of configs/best also have a cosine and '
        'averaged weights, or stages, and start from the teacher\'s weights. '
        'Methods by equal schedules: cifar10_plain20_20e.py.')
seeds = [0]

rows = dict()
for depth, published in ((20, '91.73'), (56, '93.39')):
    plain = f'../rd/plain{depth}_ce_cifar10.py'
    student = dict(test_config=plain, teacher=f'resnet{depth}')
    rows[f'resnet{depth}'] = dict(
        title=f'ResNet-{depth} (teacher)',
        config=f'../rd/resnet{depth}_cifar10.py',
        checkpoint=f'resnet{depth}',
        published=published)
    rows[f'plain{depth}_ce'] = dict(
        title=f'plain-{depth}, cross entropy', config=plain)
    rows[f'plain{depth}_jointrd'] = dict(
        title=f'plain-{depth}, JointRD',
        config=f'../rd/plain{depth}_cifar10.py',
        **student)
    rows[f'plain{depth}_fading'] = dict(
        title=f'plain-{depth}, fading shortcuts, the recipe of configs/best',
        config=f'../best/plain{depth}_cifar10.py',
        **student)
