"""Does depth train? A plain-56 on CIFAR-10, in 20 epochs.

    python tools/model_converters/convert_teacher.py resnet56-4bfd9763.th \
        resnet56.pth --config configs/rd/resnet56_cifar10.py
    python tools/reproduce.py configs/tables/cifar10_plain56_20e.py \
        --weights resnet56=resnet56.pth

The teacher is the ResNet-56 that akamaster/pytorch_resnet_cifar10 publishes.
Expected: cross entropy alone stays far behind.
Measured: docs/results/cifar10_plain56_20e.md.
"""
title = 'Plain-56 on CIFAR-10 in 20 epochs'
reduced = '20 epochs instead of 200, one-cycle learning rate with peak 0.1.'
seeds = [0]

schedule = dict(
    param_scheduler=[
        dict(
            type='OneCycleLR',
            eta_max=0.1,
            total_steps=20,
            by_epoch=True,
            convert_to_iter_based=True)
    ],
    train_cfg=dict(max_epochs=20, val_interval=5))
plain = '../rd/plain56_ce_cifar10.py'
student = dict(test_config=plain, teacher='teacher', options=schedule)

rows = dict(
    teacher=dict(
        title='ResNet-56 (teacher)',
        config='../rd/resnet56_cifar10.py',
        checkpoint='resnet56',
        published='93.39'),
    fading=dict(
        title='plain-56, fading shortcuts and logit distillation',
        config='../fading/plain56_cifar10.py',
        **student),
    ce=dict(title='plain-56, cross entropy', config=plain, options=schedule),
    jointrd=dict(
        title='plain-56, JointRD',
        config='../rd/plain56_cifar10.py',
        **student))
