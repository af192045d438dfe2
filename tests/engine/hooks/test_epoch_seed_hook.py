from types import SimpleNamespace

import numpy as np
import pytest
import torch

from rd_plugins.engine.hooks import EpochSeedHook
from rd_plugins.engine.hooks.epoch_seed_hook import _start_worker
from rd_plugins.utils.checkpoint_file import read_checkpoint
from tests.helpers.compare import assert_same
from tests.helpers.ranks import on_ranks
from tests.helpers.runs import small_cfg, train

EMA = {
    'custom_hooks': [
        dict(type='EMAHook', momentum=0.1, update_buffers=True)
    ]
}
CO_TRAINED = {'model.co_train_teacher': True}
# Where images lie on the device no worker loads them.
BY_WORKERS = {'default_hooks.device_input': None}


def checkpoint(work_dir):
    return read_checkpoint(work_dir / 'epoch_3.pth')


@pytest.mark.parametrize('extra, loader', [
    (EMA, dict(num_workers=0, persistent_workers=False)),
    ({**EMA, **BY_WORKERS}, dict(num_workers=2, persistent_workers=True)),
    (BY_WORKERS, dict(num_workers=1, persistent_workers=False)),
    (CO_TRAINED, dict(num_workers=0, persistent_workers=False)),
], ids=['main', 'persistent', 'worker', 'co-trained'])
def test_resume(run_dir, extra, loader):
    """A run that stops and resumes ends as if it had not stopped."""
    options = {f'train_dataloader.{k}': v for k, v in loader.items()}
    options.update(extra)
    # A seed of its own: the resumed run has to take it from the checkpoint.
    options['randomness.seed'] = None
    whole = train(small_cfg(run_dir / 'whole', **options))
    seeded = dict(options, **{'randomness.seed': whole.seed})
    parts = run_dir / 'parts'
    train(small_cfg(parts, **seeded), stop_before=1)
    assert not (parts / 'epoch_2.pth').exists()
    train(small_cfg(parts, resume=True, **options))
    keys = ['state_dict', 'optimizer', 'param_schedulers']
    keys += ['ema_state_dict'] if 'custom_hooks' in extra else []
    for key in keys:
        assert_same(
            checkpoint(run_dir / 'whole')[key],
            checkpoint(parts)[key], key)


def images_of_epochs(run_dir, **options):
    """What the training loop is given, epoch by epoch."""
    cfg = small_cfg(run_dir / 'images', **options)
    from mmengine.hooks import Hook

    from rd_plugins.engine.launch import build_runner

    seen = []

    class Look(Hook):

        def before_train_epoch(self, runner):
            seen.append([])

        def before_train_iter(self, runner, batch_idx, data_batch=None):
            seen[-1].append(np.stack(data_batch['inputs']))

    runner = build_runner(cfg)
    runner.register_hook(Look())
    runner.train()
    return [np.concatenate(epoch) for epoch in seen]


def test_every_epoch_is_augmented_anew(run_dir):
    """MMEngine alone repeats the first epoch when workers restart."""
    epochs = images_of_epochs(
        run_dir, **BY_WORKERS, **{
            'train_dataloader.num_workers': 1,
            'train_dataloader.sampler.shuffle': False,
            'train_dataloader.persistent_workers': False
        })
    for first in range(3):
        for second in range(first):
            assert not np.array_equal(epochs[first], epochs[second])


def test_seeds_differ_by_rank_and_worker():
    from rd_plugins.engine.hooks.epoch_seed_hook import seed_everything
    draws = []
    for entropy in ((0, 0, 0, 0), (0, 0, 0, 1), (0, 0, 1, 0), (0, 1, 0, 0),
                    (1, 0, 0, 0)):
        seed_everything(*entropy)
        draws.append((np.random.rand(), torch.rand(1).item()))
    assert len(set(draws)) == 5
    seed_everything(0, 0, 0, 0)
    assert (np.random.rand(), torch.rand(1).item()) == draws[0]


def draw_of_this_process():
    runner = SimpleNamespace(seed=0, epoch=0, model=None, cfg={},
                             train_dataloader=SimpleNamespace())
    hook = EpochSeedHook()
    hook._original = None
    hook.before_train_epoch(runner)
    return torch.rand(1).item()


def test_processes_draw_other_numbers():
    first, second = on_ranks(2, draw_of_this_process)
    assert first != second


def test_workers_draw_other_numbers():
    """And start as the loader has asked."""
    drawn, started = [], []
    for worker in (0, 1):
        _start_worker(worker, (0, 0, 0), started.append)
        drawn.append(torch.rand(1).item())
    assert drawn[0] != drawn[1] and started == [0, 1]
