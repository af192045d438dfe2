"""One, two and four processes with the same images in a step agree.

Without batch statistics and augmentation, a batch that is divided among
processes gives the gradient of the whole batch. What is left are the last
bits of sums in another order.
"""
import os
import signal
import time

import pytest
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from torch import nn
from torch.testing import assert_close

from rd_plugins.engine.wrapping import unwrap_model
from rd_plugins.utils.whole_file import finished_epochs
from tests.faults.methods import METHODS, method_cfg
from tests.helpers.kills import Training
from tests.helpers.ranks import on_ranks
from tests.helpers.runs import PHASES, save_teacher, train

# Draws a hybrid of its own in every process.
AT_RANDOM = 'joint_at_random'


@HOOKS.register_module(force=True)
class FreezeStatistics(Hook):
    """Puts norms into eval mode before every step."""

    priority = 'LOW'

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        for module in unwrap_model(runner).modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()


def divisible_cfg(method, folder, ranks):
    """A run in which nothing depends on how a batch is divided."""
    cfg = method_cfg(method, folder, ranks)
    cfg.experiment_name = 'run'
    cfg.custom_hooks = [*cfg.get('custom_hooks', []),
                        dict(type='FreezeStatistics')]
    if 'Epsilon' in cfg.model.backbone.type:
        cfg.model.backbone.gate_scope = 'global'
    cfg.train_dataloader.dataset.pipeline = [dict(type='PackInputs')]
    if method == 'staged':
        cfg.custom_hooks[0].phases = [dict(phase, epochs=1)
                                      for phase in PHASES]
        cfg.train_cfg.max_epochs = len(PHASES)
    else:
        cfg.train_cfg.max_epochs = 1
    return cfg


def train_here(method, folder, ranks):
    """Train in this process as one of several; the weights."""
    runner = train(divisible_cfg(method, folder / f'run{ranks}', ranks))
    return unwrap_model(runner).state_dict()


@pytest.mark.faults
@pytest.mark.parametrize('method', [each for each in METHODS
                                    if each != AT_RANDOM])
def test_any_number_of_processes_trains_the_same(run_dir, method):
    save_teacher(run_dir / 'teacher.pth')
    one = on_ranks(1, train_here, method, run_dir, 1)[0]
    for ranks in (2, 4):
        for weights in on_ranks(ranks, train_here, method, run_dir, ranks):
            for key, value in one.items():
                assert_close(weights[key], value, rtol=1e-3, atol=1e-4,
                             msg=f'{key} in {ranks} processes')


@pytest.mark.faults
@pytest.mark.parametrize('number, seconds', [(signal.SIGSTOP, 60),
                                             (signal.SIGKILL, 20)])
def test_no_process_waits_for_one_that_is_gone(run_dir, number, seconds):
    """A stopped one is waited for as long as the config says, here 10 s."""
    save_teacher(run_dir / 'teacher.pth')
    training = Training('joint', run_dir, 2, timeout=10)
    first, second = training.processes
    while not finished_epochs(run_dir / 'run'):
        assert training.is_running()
        time.sleep(0.01)
    os.kill(second.pid, number)
    start = time.monotonic()
    first.join(seconds)
    waited = time.monotonic() - start
    assert first.exitcode == 1, f'still running after {waited:.0f} s'
    assert 'error: A process of this run' in training.log()
    training.kill()
