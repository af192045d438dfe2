"""Does depth train? A plain-56 on CIFAR-10, in 20 epochs.

    python tools/model_converters/convert_teacher.py resnet56-4bfd9763.th \
        resnet56.pth --config configs/rd/resnet56_cifar10.py
    python tools/reproduce.py configs/tables/cifar10_plain56_20e.py \
        --weights resnet56=resnet56.pth

The teacher is the ResNet-56 that akamaster/pytorch_resnet_cifar10 publishes.
Expected: cross entropy alone stays far behind.
Measured: docs/results/cifar10_plain56_20e.md.
"""
_base_ = '../_base_/schedules/cifar_200e_one_cycle.py'

title = 'Plain-56 on CIFAR-10 in 20 epochs'
reduced = ('20 epochs, or as many as the row says, instead of 200; one-cycle '
           'learning rate with peak 0.1, or as the row says; stage by stage '
           'a cosine for each phase, at 2 for the stages.')
note = ('The students start from the teacher\'s weights, all but those of '
        'cross entropy and JointRD. The loss of logit distillation was '
        'rounded to bfloat16 in all these runs, which the code no longer '
        'does. The network that fades block after block was trained from a '
        'working tree with changes that were not committed.')
seeds = [0]


def stage_by_stage(stages, last, last_rate):
    """So many epochs for each of three stages, then for everything."""
    fits = [
        dict(
            name=f'stage {k}',
            epochs=stages,
            train=[f'backbone.layer{k}'],
            loss=f'stage{k}',
            lr=2.0,
            weight_decay=0.0,
            schedule='cosine') for k in (1, 2, 3)
    ]
    rest = dict(
        name='fine-tune',
        epochs=last,
        loss='finetune',
        lr=last_rate,
        schedule='cosine')
    return dict(
        train_cfg=dict(max_epochs=3 * stages + last, val_interval=5),
        custom_hooks=[
            dict(type='rd_plugins.PhaseHook', phases=[*fits, rest])
        ])


one_cycle = dict(
    param_scheduler=_base_.param_scheduler, train_cfg=dict(val_interval=5))
plain = '../rd/plain56_ce_cifar10.py'
student = dict(test_config=plain, teacher='teacher')
fading_by_stage = dict(
    config='../fading/plain56_stages_cifar10.py', **student)

rows = dict(
    teacher=dict(
        title='ResNet-56 (teacher)',
        config='../rd/resnet56_cifar10.py',
        checkpoint='resnet56',
        published='93.39'),
    fading=dict(
        title='plain-56, all shortcuts fade at once, logit distillation',
        config='../fading/plain56_cifar10.py',
        epochs=20,
        options=dict(
            model=dict(
                backbone=dict(fade=dict(horizon=0.5, order='together')),
                objectives=[]),
            **one_cycle),
        **student),
    fading_stages=dict(
        title='plain-56, block after block, with stage losses, peak 0.01, '
        '10 epochs',
        config='../fading/plain56_cifar10.py',
        epochs=10,
        options=dict(
            one_cycle,
            param_scheduler=[dict(_base_.param_scheduler[0], eta_max=0.01)]),
        **student),
    stages=dict(
        title='plain-56, stage by stage, shortcuts gone after three quarters '
        'of each phase, then logit distillation at 0.0002, 10 epochs',
        options=dict(
            model=dict(backbone=dict(fade=dict(horizon=0.75))),
            optim_wrapper=dict(clip_grad=None),
            **stage_by_stage(stages=2, last=4, last_rate=0.0002)),
        **fading_by_stage),
    stages_30e=dict(
        title='plain-56, stage by stage, shortcuts gone after a fifth, then '
        'logit distillation at 0.002 with clipped gradients, 30 epochs',
        options=stage_by_stage(stages=8, last=6, last_rate=0.002),
        **fading_by_stage),
    stages_then_kd=dict(
        title='plain-56, that one and 24 epochs more of logit distillation at '
        '0.02',
        config='../rd/plain56_kd_cifar10.py',
        start='stages_30e',
        options=dict(
            model=dict(alpha=0.5),
            optim_wrapper=dict(
                optimizer=dict(lr=0.02), clip_grad=dict(max_norm=1.0)),
            param_scheduler=[
                dict(type='CosineAnnealingLR', T_max=24,
                     convert_to_iter_based=True)
            ],
            train_cfg=dict(max_epochs=24, val_interval=4)),
        **student),
    ce=dict(
        title='plain-56, cross entropy',
        config=plain,
        epochs=20,
        options=one_cycle),
    jointrd=dict(
        title='plain-56, JointRD',
        config='../rd/plain56_cifar10.py',
        epochs=20,
        options=one_cycle,
        **student))
