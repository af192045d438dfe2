import pytest
import torch
from mmengine.hooks import Hook

from rd_plugins.engine import EpsilonScheduleHook
from rd_plugins.engine.launch import build_runner
from rd_plugins.utils.errors import UsageError
from tests.helpers.runs import epsilon_cfg, small_cfg, train

# Causes the restarts of the run, and buries nothing.
DEAD = dict(type='rd_plugins.DeadBlockHook', bury=False)


@pytest.mark.parametrize('kwargs, factors', [
    (dict(schedule='constant'), {0: 1, 7: 1}),
    # 0 up to epoch 150, counted from 1; the whole value from 151 on
    (dict(schedule='step', begin=150), {0: 0, 149: 0, 150: 1, 999: 1}),
    (dict(schedule='linear', begin=10, end=20),
     {0: 0, 10: 0, 11: 0.1, 15: 0.5, 20: 1, 21: 1}),
])
def test_factor(kwargs, factors):
    hook = EpsilonScheduleHook(**kwargs)
    assert {epoch: hook.factor(epoch) for epoch in factors} == factors


class Record(Hook):

    def __init__(self):
        self.seen = {}

    def before_train_iter(self, runner, **kwargs):
        self.seen[runner.epoch] = float(runner.model.backbone.gates.epsilon)


def test_in_a_run_that_resumes(run_dir):
    hooks = [DEAD, dict(type='rd_plugins.EpsilonScheduleHook',
                        schedule='linear', end=2)]
    train(epsilon_cfg(run_dir, custom_hooks=hooks), stop_before=1)
    runner = build_runner(epsilon_cfg(run_dir, custom_hooks=hooks,
                                      resume=True))
    record = Record()
    runner.register_hook(record, priority='LOWEST')
    runner.train()
    epsilon = runner.model.backbone.epsilon
    assert record.seen == {
        1: torch.tensor(epsilon / 2), 2: torch.tensor(epsilon)
    }


@pytest.mark.parametrize('kwargs', [
    dict(schedule='linear'), dict(schedule='linear', begin=3, end=3),
    dict(schedule='step', begin=1, end=2), dict(schedule='cosine'),
    dict(schedule='constant', begin=1)
])
def test_what_makes_no_schedule(kwargs):
    with pytest.raises(UsageError, match='schedule='):
        EpsilonScheduleHook(**kwargs)


@pytest.mark.parametrize('make, options, name', [
    (small_cfg, {}, 'CifarResNet'),
    (epsilon_cfg, {'model.backbone.gate': False}, 'EpsilonResNet_CIFAR')])
def test_it_needs_gates(run_dir, make, options, name):
    cfg = make(run_dir, custom_hooks=[
        dict(type='rd_plugins.EpsilonScheduleHook', schedule='constant')])
    cfg.merge_from_dict(options)
    with pytest.raises(UsageError, match=f'this run has a {name} without'):
        train(cfg)
