import json

import pytest
import torch
import torch.distributed as dist
from mmengine.hooks import Hook
from mmengine.registry import HOOKS

from rd_plugins.engine.wrapping import unwrap_model
from rd_plugins.utils.errors import UsageError
from tests.helpers.ranks import on_ranks
from tests.helpers.runs import save_teacher, small_cfg, train

# Five iterations an epoch
LEAN = {'train_dataloader.num_workers': 0, 'default_hooks.logger.interval': 2}


@HOOKS.register_module(force=True)
class Spoil(Hook):
    """Makes a weight of one process infinite before an iteration."""

    def __init__(self, iteration: int, rank: int = 0) -> None:
        self.iteration, self.rank = iteration, rank

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        rank = dist.get_rank() if dist.is_initialized() else 0
        if (runner.iter, rank) == (self.iteration, self.rank):
            unwrap_model(runner).head.fc.bias.data.fill_(float('nan'))


@HOOKS.register_module(force=True)
class Cool(Hook):
    """Sets the temperature of a distillation to zero."""

    def before_train(self, runner):
        unwrap_model(runner).auxiliary['logit'].temperature = 0


@HOOKS.register_module(force=True)
class NoteGradient(Hook):
    """Logs an infinite gradient."""

    priority = 'VERY_HIGH'

    def after_train_iter(self, runner, batch_idx, data_batch=None,
                         outputs=None):
        runner.message_hub.update_scalar('train/grad_norm', float('inf'))


def spoilt_cfg(folder, iteration, rank=0, **options):
    return small_cfg(
        folder, **{
            'custom_hooks': [dict(type='Spoil', iteration=iteration,
                                  rank=rank)],
            **LEAN,
            **options
        })


def names(folder):
    return sorted(path.name for path in folder.glob('*.pth'))


def test_the_first_bad_loss_stops_the_run(run_dir):
    """It is named although losses are read later, and so is what is good."""
    cfg = spoilt_cfg(run_dir / 'a', 7, **{
        'default_hooks.checkpoint.max_keep_ckpts': 1})
    with pytest.raises(UsageError) as stop:
        train(cfg)
    message = str(stop.value)
    assert 'epoch 2, iteration 8 of 15: loss' in message
    assert 'is nan in process 0, at a learning rate of' in message
    assert f'{run_dir}/a/epoch_1.pth' in message
    assert names(run_dir / 'a') == ['epoch_1.pth']


def test_temperature_zero_stops_the_run(run_dir):
    cfg = small_cfg(run_dir / 'a', **LEAN,
                    custom_hooks=[dict(type='Cool')])
    cfg.model.type = 'rd_plugins.LogitDistiller'
    cfg.model.pop('hybrid_weight')
    with pytest.raises(UsageError, match='iteration 1 of 15: loss.* is nan'):
        train(cfg)


def test_a_huge_learning_rate_stops_the_run(run_dir):
    cfg = small_cfg(run_dir / 'a', **LEAN)
    cfg.optim_wrapper.optimizer.lr = 1e30
    cfg.param_scheduler = []
    with pytest.raises(UsageError,
                       match='iteration [23] .* of .*e.30.*no checkpoint'):
        train(cfg)
    assert not names(run_dir / 'a')


def test_what_is_no_loss_may_be_infinite(run_dir):
    """A scaler of mixed precision skips steps with such a gradient."""
    cfg = small_cfg(run_dir / 'a', **LEAN, **{
        'train_cfg.max_epochs': 1,
        'custom_hooks': [dict(type='NoteGradient')]
    })
    train(cfg)
    assert names(run_dir / 'a') == ['epoch_1.pth']


def diverge(folder, iteration, rank):
    """Train in this process as one of several; how it ends."""
    cfg = spoilt_cfg(folder / 'run', iteration, rank)
    cfg.launcher, cfg.experiment_name = 'pytorch', 'run'
    try:
        train(cfg)
    except UsageError as error:
        return str(error)


def test_all_processes_stop_when_one_diverges(run_dir):
    save_teacher(run_dir / 'teacher.pth')
    first, second = on_ranks(2, diverge, run_dir, 1, 1)
    assert first == second
    assert 'iteration 2 of 9' in first and 'in process 1' in first
    assert not names(run_dir / 'run')


def unequal(folder):
    """Two and three iterations an epoch."""
    cfg = small_cfg(folder / 'run', **LEAN)
    cfg.launcher, cfg.experiment_name = 'pytorch', 'run'
    cfg.train_dataloader.dataset.indices = 40 + 16 * dist.get_rank()
    try:
        train(cfg)
    except UsageError as error:
        return str(error)


def test_epochs_of_unequal_length_do_not_hang(run_dir):
    save_teacher(run_dir / 'teacher.pth')
    first, second = on_ranks(2, unequal, run_dir)
    assert first == second
    assert 'epochs of 3 and 4 iterations' in first


def test_nothing_is_said_of_a_run_that_is_well(run_dir):
    """The checks cost no step: losses are what they are without the hook."""
    logs = []
    for name, hook in (('a', dict(type='rd_plugins.DivergenceHook')),
                       ('b', None)):
        train(small_cfg(run_dir / name, **LEAN, **{
            'train_cfg.max_epochs': 1, 'default_hooks.divergence': hook}))
        log = next((run_dir / name).rglob('scalars.json')).read_text()
        logs.append([json.loads(line).get('loss')
                     for line in log.splitlines()])
    assert logs[0] == logs[1] and torch.tensor(logs[0][0]).isfinite()
