"""Budgets on CIFAR-10: what was asked, what went, and what it cost.

    python tools/reproduce.py configs/tables/epsilon_budget.py --amp

The compared networks: without gates, and built about that small from the
start (every second block of a stage, then whole stages' ends).
Expected: not known. Measured: see docs/results/epsilon_budget.md.
"""
_base_ = '../_base_/schedules/cifar_200e_one_cycle.py'

title = 'ε-ResNet-20 with a budget of MACs, on CIFAR-10'
reduced = ('a quarter of the training images, 12 epochs of 98 steps, '
           'one-cycle learning rate with peak 0.1 and no restarts.')
note = ('All are trained with side supervision. Blocks die from the third '
        'epoch to the eighth, one an epoch at most; MACs and parameters are '
        'counted without the dead ones.')
seeds = [0, 1]

recipe = '../epsilon/epsilon110_budget_cifar10.py'


def options(hooks, **backbone):
    """The reduced recipe of a 20-layer network."""
    return dict(
        model=dict(backbone=dict(depth=20, **backbone)),
        train_dataloader=dict(
            num_workers=0, drop_last=False, dataset=dict(indices=12500)),
        val_dataloader=dict(num_workers=0),
        param_scheduler=[dict(_base_.param_scheduler[0], total_steps=12)],
        train_cfg=dict(max_epochs=12, val_interval=12),
        custom_hooks=hooks)


def asked(share):
    """A row with a budget."""
    return dict(
        title=f'asked to remove {share:.0%} of the MACs',
        config=recipe,
        options=options([
            dict(
                type='rd_plugins.DeadBlockHook',
                closed_steps=98,
                calibration_batches=20,
                target=share,
                metric='macs',
                begin=2,
                end=8)
        ]))


def built(*removed, side='layer2.1'):
    """A row of a network that is that small from the start.

    Its side head is after the block in the middle, if that is there.
    """
    changes = options([], gate=False, removed_blocks=list(removed))
    changes['model']['side_blocks'] = [side]
    return dict(
        title=f'built without {len(removed)} of the 9 blocks',
        config=recipe,
        options=changes)


rows = dict(
    whole=dict(title='without gates', config=recipe,
               options=options([], gate=False)),
    asked20=asked(0.2),
    built20=built('layer2.0', 'layer3.0'),
    asked40=asked(0.4),
    built40=built('layer1.1', 'layer2.1', 'layer3.1', side='layer2.2'),
    asked60=asked(0.6),
    built60=built(
        'layer1.1', 'layer1.2', 'layer2.1', 'layer2.2', 'layer3.1',
        side='layer2.0'))
