"""Networks for microcontrollers: ResNet-8 and plain-8 on CIFAR-10, 10 epochs.

    python tools/reproduce.py configs/tables/cifar10_plain8_10e.py --amp

Expected: not known. Measured: see docs/results/cifar10_plain8_10e.md.
"""
title = 'ResNet-8 and plain-8 on CIFAR-10 in 10 epochs'
reduced = ('10 epochs, 5 for the student that starts from its teacher, '
           'instead of 200; one-cycle learning rate with peak 0.1.')
seeds = [0]


def schedule(epochs):
    """One cycle of the learning rate."""
    return dict(
        param_scheduler=[
            dict(
                type='OneCycleLR',
                eta_max=0.1,
                total_steps=epochs,
                by_epoch=True,
                convert_to_iter_based=True)
        ],
        train_cfg=dict(max_epochs=epochs, val_interval=5))


plain = '../rd/plain8_ce_cifar10.py'

rows = dict(
    teacher=dict(
        title='ResNet-8 (teacher)',
        config='../rd/resnet8_cifar10.py',
        options=schedule(10)),
    fading=dict(
        title='plain-8, fading shortcuts and logit distillation, 5 epochs',
        config='../fading/plain8_cifar10.py',
        test_config=plain,
        teacher='teacher',
        options=schedule(5)),
    ce=dict(
        title='plain-8, cross entropy', config=plain, options=schedule(10)))
del schedule
