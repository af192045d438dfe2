"""ResNet with No Res by its own protocol: 28 x 28, batch 1024.

    python tools/model_converters/convert_teacher.py NORES_TEACHER.pth \
        teacher.pth --config configs/no_res/resnet20_seed_cifar100.py
    python tools/model_converters/convert_teacher.py NORES_STUDENT.pth \
        plain20.pth --config configs/no_res/plain20_ce_seed_cifar100.py
    python tools/reproduce.py configs/tables/cifar100_no_res_seed.py \
        --weights published_teacher=teacher.pth published_student=plain20.pth

NORES_*.pth: the weights that tgjjj/ResNet-Distillation publishes. Without
them, `--rows own_student` trains the teacher too.
Expected: as published. Measured: docs/results/cifar100_no_res_seed.md.
"""
title = 'ResNet with No Res, its own protocol'
note = ('The runs that come with the package read the images of CIFAR-100 in '
        'another order than the official files have: their checksums differ.')
seeds = [0]

teacher = '../no_res/resnet20_seed_cifar100.py'
plain = '../no_res/plain20_ce_seed_cifar100.py'
seldom = dict(train_cfg=dict(val_interval=10))
student = dict(
    config='../no_res/plain20_seed_cifar100.py',
    test_config=plain,
    published='57.67')
phases = [
    *(dict(
        name=f'stage {k}',
        epochs=30,
        train=[f'backbone.layer{k}'],
        loss=f'stage{k}',
        lr=4.0,
        milestones=[14, 24]) for k in (1, 2, 3)),
    dict(
        name='fine-tune',
        epochs=30,
        loss='finetune',
        lr=0.001,
        milestones=[14, 24]),
]

rate_4 = dict(
    custom_hooks=[dict(type='rd_plugins.PhaseHook', phases=phases)], **seldom)

rows = dict(
    published_teacher=dict(
        title='ResNet-20 (published weights)',
        config=teacher,
        checkpoint='published_teacher',
        published='59.98'),
    published_student=dict(
        title='plain-20, No-Res (published weights)',
        config=plain,
        checkpoint='published_student',
        published='57.67'),
    student=dict(
        title='plain-20, No-Res from the published teacher',
        teacher='published_teacher',
        options=seldom,
        **student),
    student_rate_4=dict(
        title='the same, stages at a rate of 4 instead of 0.1',
        teacher='published_teacher',
        options=rate_4,
        **student),
    own_teacher=dict(
        title='ResNet-20, trained here',
        config=teacher,
        options=seldom,
        published='59.98'),
    own_student=dict(
        title='plain-20, No-Res at a rate of 4 from the teacher trained here',
        teacher='own_teacher',
        options=rate_4,
        **student))
