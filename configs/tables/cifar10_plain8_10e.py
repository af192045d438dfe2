"""Networks for microcontrollers: ResNet-8 and plain-8 on CIFAR-10, 10 epochs.

    python tools/reproduce.py configs/tables/cifar10_plain8_10e.py --amp

Expected: not known. Measured: see docs/results/cifar10_plain8_10e.md.
"""
_base_ = '../_base_/schedules/cifar_200e_one_cycle.py'

title = 'ResNet-8 and plain-8 on CIFAR-10 in 10 epochs'
reduced = ('10 epochs, 5 for the student that starts from its teacher, '
           'instead of 200; one-cycle learning rate with peak 0.1.')
note = ('The loss of logit distillation was rounded to bfloat16 in this run, '
        'which the code no longer does. That student starts from the '
        'teacher\'s weights, that of cross entropy from random ones.')
seeds = [0]
epochs = 10

one_cycle = dict(
    param_scheduler=_base_.param_scheduler, train_cfg=dict(val_interval=5))
plain = '../rd/plain8_ce_cifar10.py'

rows = dict(
    teacher=dict(
        title='ResNet-8 (teacher)',
        config='../rd/resnet8_cifar10.py',
        options=one_cycle),
    fading=dict(
        title='plain-8, fading shortcuts and logit distillation, 5 epochs',
        config='../fading/plain8_cifar10.py',
        test_config=plain,
        teacher='teacher',
        epochs=5,
        options=one_cycle),
    ce=dict(
        title='plain-8, cross entropy', config=plain, options=one_cycle))
