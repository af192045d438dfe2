"""Makes the random numbers of an epoch independent of earlier epochs."""
import random
from functools import partial

import numpy as np
import torch
from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmengine.runner import EpochBasedTrainLoop

from rd_plugins.engine.wrapping import can_wrap_again, wrap_again
from rd_plugins.registry import HOOKS
from rd_plugins.utils.errors import UsageError


def seed_everything(*entropy: int) -> None:
    """Seed Python, NumPy and PyTorch from a tuple of numbers."""
    state = np.random.SeedSequence(entropy).generate_state(3)
    random.seed(int(state[0]))
    np.random.seed(int(state[1]))
    torch.manual_seed(int(state[2]))


def _start_worker(worker_id: int, entropy: tuple, original) -> None:
    if original is not None:
        original(worker_id)
    seed_everything(*entropy, worker_id + 1)


def wrap_for_epoch(runner) -> None:
    """Let DistributedDataParallel sort its buckets anew; not if compiled."""
    if can_wrap_again(runner) and not runner.cfg.get('compile'):
        wrap_again(runner)


@HOOKS.register_module()
class EpochSeedHook(Hook):
    """Seeds every epoch from (seed, epoch, rank, worker).

    MMEngine does not save the state of random generators, and seeds a loader's
    workers once, when they start. A resumed run therefore draws other
    augmentations than an uninterrupted one, and workers that are started for
    every epoch draw the same ones each time. With this hook, a run that is
    stopped after any epoch and resumed gives the same result.

    DistributedDataParallel sorts gradients into new buckets after its first
    step, and from three processes on the order of a sum changes its last bits.
    It wraps the model again for every epoch, so that a resumed run sums in
    the order of an uninterrupted one. With ``compile`` it does not, for that
    would compile every epoch anew; last bits differ there anyway.

    Gradients that are left over at the end of an epoch, where
    ``accumulative_counts`` does not divide its steps, are in no checkpoint.

    Workers are restarted for every epoch, even with ``persistent_workers``.
    The shuffling of a run without a seed is resumed as well, unless
    ``diff_rank_seed`` is set. Only for training by epochs.

    ``configs/_base_/default_runtime.py`` puts the hook among the default
    hooks.
    """

    priority = 'VERY_HIGH'

    def before_train(self, runner) -> None:
        """Shuffle with the seed of the resumed checkpoint.

        The sampler was built before the Runner took over that seed.
        """
        if not isinstance(runner.train_loop, EpochBasedTrainLoop):
            raise UsageError('EpochSeedHook works by epochs and the run goes '
                             'by iterations; take it out of default_hooks '
                             '(default_hooks.epoch_seed=None with '
                             'tools/train.py).')
        self._original = runner.train_dataloader.worker_init_fn
        sampler = runner.train_dataloader.batch_sampler.sampler
        ranks_differ = runner._randomness_cfg.get('diff_rank_seed', False)
        if hasattr(sampler, 'seed') and not ranks_differ:
            sampler.seed = runner.seed

    def before_train_epoch(self, runner) -> None:
        """Seed this process, and the workers when they start."""
        wrap_for_epoch(runner)
        entropy = (runner.seed, runner.epoch, get_rank())
        seed_everything(*entropy, 0)
        dataloader = runner.train_dataloader
        dataloader.worker_init_fn = partial(
            _start_worker, entropy=entropy, original=self._original)
        dataloader._iterator = None
