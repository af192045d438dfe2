"""Runs of another length."""
import pytest
from mmengine.config import Config

from rd_plugins.engine import PhaseHook
from rd_plugins.engine.shorten import shorten
from rd_plugins.utils.errors import UsageError
from tests.helpers import ROOT


def read(name):
    return Config.fromfile(ROOT / 'configs' / name)


def test_milestones_and_warm_up_keep_their_shares():
    cfg = read('rd/plain20_cifar100.py')
    shorten(cfg, 50)
    assert cfg.train_cfg.max_epochs == 50
    warm_up, steps = cfg.param_scheduler
    assert warm_up.end == 1 and steps.milestones == [25, 38]


@pytest.mark.parametrize('epochs', [2, 4, 5, 10, 20, 70])
def test_a_cosine_ends_with_the_run(epochs):
    cfg = read('best/plain20_cifar10.py')
    shorten(cfg, epochs)
    warm_up, cosine = cfg.param_scheduler
    assert warm_up.end == cosine.begin and cosine.end == epochs
    assert cosine.T_max == epochs - cosine.begin


def test_averages_span_their_share():
    """Of 2,000 steps in 200 epochs, 500 in 50; half at most."""
    cfg = read('best/plain20_cifar10.py')
    cfg.custom_hooks[0].begin_epoch = 50
    shorten(cfg, 50)
    assert cfg.custom_hooks[0].momentum == pytest.approx(1 / 500)
    assert cfg.custom_hooks[0].begin_epoch == 12
    cfg.custom_hooks = [dict(type='EMAHook')]
    shorten(cfg, 100)
    assert cfg.custom_hooks[0].momentum == pytest.approx(0.0001)
    cfg.custom_hooks[0].momentum = 0.01
    shorten(cfg, 1)
    assert cfg.custom_hooks[0].momentum == 0.5


def test_an_average_without_a_momentum_gets_none():
    cfg = read('best/plain20_cifar10.py')
    cfg.custom_hooks = [
        dict(type='EMAHook', ema_type='StochasticWeightAverage')]
    shorten(cfg, 50)
    assert 'momentum' not in cfg.custom_hooks[0]


@pytest.mark.parametrize('scheduler, expected', [
    (dict(type='StepLR', step_size=1, gamma=0.98), dict(gamma=0.98**10)),
    (dict(type='StepLR', step_size=4, gamma=0.9),
     dict(step_size=1, gamma=0.9**2.5)),
    (dict(type='StepLR', step_size=50, gamma=0.5),
     dict(step_size=5, gamma=0.5)),
    (dict(type='ExponentialLR', gamma=0.99), dict(gamma=0.99**10)),
    (dict(type='CosineRestartLR', periods=[100, 200]),
     dict(periods=[10, 20])),
])
def test_a_rate_ends_where_it_would_have_ended(scheduler, expected):
    cfg = Config(dict(train_cfg=dict(max_epochs=300),
                      param_scheduler=scheduler))
    shorten(cfg, 30)
    for key, value in expected.items():
        assert cfg.param_scheduler[0][key] == pytest.approx(value)


def test_schedulers_by_iteration_stay():
    cfg = Config(dict(
        train_cfg=dict(max_epochs=200),
        param_scheduler=[
            dict(type='LinearLR', by_epoch=False, end=500),
            dict(type='CosineAnnealingLR', by_epoch=False, begin=500,
                 end=78200, T_max=77700)]))
    shorten(cfg, 20)
    assert [(each.get('begin', 0), each.end)
            for each in cfg.param_scheduler] == [(0, 50), (50, 7820)]
    assert cfg.param_scheduler[1].T_max == 7770


def test_validation_and_averages_that_begin_later():
    cfg = Config(dict(
        train_cfg=dict(max_epochs=100, val_begin=50),
        custom_hooks=[dict(type='EMAHook', begin_iter=5000)]))
    shorten(cfg, 10)
    assert cfg.train_cfg.val_begin == 5
    assert cfg.custom_hooks[0].begin_iter == 500


def test_recipes_that_switch():
    """Each keeps an epoch of its own, also where two round to one."""
    cfg = Config(dict(
        train_cfg=dict(max_epochs=300),
        custom_hooks=[dict(type='SwitchRecipeHook', schedule=[
            dict(action_epoch=epoch) for epoch in (112, 37, 38)])]))
    shorten(cfg, 30)
    schedule = cfg.custom_hooks[0].schedule
    assert [each.action_epoch for each in schedule] == [11, 4, 5]


def test_restarts_tails_and_the_ends_of_gates():
    cfg = read('epsilon/epsilon110_ramp_cifar10.py')
    cfg.param_scheduler[0].tail = 150
    cfg.custom_hooks[0].update(begin=100, end=900)
    shorten(cfg, 20)
    scheduler, = cfg.param_scheduler
    assert scheduler.milestones == [2, 3, 6] and scheduler.tail == 3
    assert scheduler.restart_milestones == [1, 2, 3]  # they have to rise
    dead, ramp = cfg.custom_hooks
    assert (dead.begin, dead.end, ramp.end) == (2, 18, 3)


@pytest.mark.parametrize('epochs, expected', [
    (50, [5, 5, 5, 35]), (20, [2, 2, 2, 14]), (9, [1, 1, 1, 6]),
    (4, [1, 1, 1, 1])])
def test_phases_add_up(epochs, expected):
    cfg = read('no_res/plain20_cifar100.py')
    shorten(cfg, epochs)
    hook, = cfg.custom_hooks
    assert [phase.epochs for phase in hook.phases] == expected
    assert sum(expected) == cfg.train_cfg.max_epochs


def test_milestones_of_phases():
    """Those that would lie behind the end of their phase go."""
    cfg = read('no_res/plain20_seed_cifar100.py')
    shorten(cfg, 12)  # 120 in the source, 30 a phase with 14 and 24
    hook, = cfg.custom_hooks
    assert [list(phase.milestones) for phase in hook.phases] == [[1, 2]] * 4
    PhaseHook(hook.phases)
    shorten(cfg, 4)
    assert [list(phase.milestones) for phase in hook.phases] == [[]] * 4
    PhaseHook(hook.phases)


def test_more_phases_than_epochs():
    with pytest.raises(UsageError, match='4 phases cannot have 3 epochs'):
        shorten(read('no_res/plain20_cifar100.py'), 3)


def test_schedulers_without_an_epoch_go():
    """MMEngine refuses one that ends where it begins."""
    cfg = read('own_data/plain50_fading_own.py')  # 100 epochs, 5 of warm-up
    shorten(cfg, 1)
    warm_up, = cfg.param_scheduler
    assert (warm_up.type, warm_up.end) == ('LinearLR', 1)


def test_runs_that_do_not_count_epochs():
    cfg = Config(dict(train_cfg=dict(by_epoch=False, max_iters=100)))
    with pytest.raises(UsageError, match='no train_cfg.max_epochs .* 3'):
        shorten(cfg, 3)


def test_warm_ups_of_phases_and_cooldowns_too():
    cfg = Config(dict(
        train_cfg=dict(max_epochs=20),
        param_scheduler=[dict(type='rd_plugins.RestartMultiStepLR',
                              milestones=[4], cooldown=10)],
        custom_hooks=[dict(type='rd_plugins.PhaseHook', phases=[
            dict(name='a', epochs=20, lr=1, warmup=4)])]))
    shorten(cfg, 10)
    assert cfg.custom_hooks[0].phases[0].warmup == 2
    assert cfg.param_scheduler[0].cooldown == 5
