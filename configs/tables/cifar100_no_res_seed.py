"""ResNet with No Res by its own protocol: 28 x 28, batch 1024.

    python tools/reproduce.py configs/tables/cifar100_no_res_seed.py

Expected: as published. Measured: not run.
"""
title = 'ResNet with No Res, its own protocol'
seeds = [0]

rows = dict(
    teacher=dict(
        title='ResNet-20 (teacher)',
        config='../no_res/resnet20_seed_cifar100.py',
        published='59.98'),
    student=dict(
        title='plain-20, No-Res',
        config='../no_res/plain20_seed_cifar100.py',
        test_config='../no_res/plain20_ce_seed_cifar100.py',
        teacher='teacher',
        published='57.67'))
