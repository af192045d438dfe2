"""Plain-18 on CIFAR-100 by each method, 200 epochs; for a GPU.

    python tools/reproduce.py configs/tables/cifar100_plain18.py --amp

Aimed at: 0.3 points below the teacher or better by the best student. No-Res's
authors publish 48.49 %, by their own protocol
(configs/no_res/plain18_seed_cifar100.py). Expected: not known.
Measured: not run.
"""
title = 'Plain-18 on CIFAR-100'
seeds = [0]

plain = '../rd/plain18_ce_cifar100.py'
student = dict(test_config=plain, teacher='teacher')

rows = dict(
    teacher=dict(
        title='ResNet-18 (teacher)', config='../rd/resnet18_cifar100.py'),
    ce=dict(title='plain-18, cross entropy', config=plain))
for name, what, config in (
        ('jointrd', 'JointRD', '../rd/plain18_cifar100.py'),
        ('no_res', 'No-Res', '../no_res/plain18_cifar100.py'),
        ('best', 'fading shortcuts, the recipe of configs/best',
         '../best/plain18_cifar100.py')):
    rows[name] = dict(title=f'plain-18, {what}', config=config, **student)
