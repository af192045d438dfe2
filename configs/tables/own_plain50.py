"""Plain-50 on own images by each method, for a GPU.

    python tools/reproduce.py configs/tables/own_plain50.py --amp \
        --out work_dirs/own

Folder, number of classes and size: configs/_base_/datasets/own_images.py. The
teacher begins with ImageNet's weights.
Aimed at: one point below the teacher or better. Expected: not known.
Measured: not run.
"""
title = 'Plain-50 on own images'
seeds = [0]

plain = '../own_data/plain50_ce_own.py'
student = dict(test_config=plain, teacher='teacher')

rows = dict(
    teacher=dict(
        title='ResNet-50 (teacher)', config='../own_data/resnet50_own.py'),
    ce=dict(title='plain-50, cross entropy', config=plain))
for name, what in (('kd', 'logit distillation'), ('rd', 'JointRD'),
                   ('no_res', 'No-Res'),
                   ('fading', 'fading shortcuts and logit distillation'),
                   ('stages', 'fading stage by stage')):
    rows[name] = dict(
        title=f'plain-50, {what}',
        config=f'../own_data/plain50_{name}_own.py',
        **student)
