"""Makes the randomness of an epoch independent of how the run got there."""
import random
from functools import partial

import numpy as np
import torch
from mmengine.dist import get_rank
from mmengine.hooks import Hook

from rd_plugins.registry import HOOKS


def seed_everything(*entropy: int) -> None:
    """Seed Python, NumPy and PyTorch from a tuple of numbers."""
    state = np.random.SeedSequence(entropy).generate_state(3)
    random.seed(int(state[0]))
    np.random.seed(int(state[1]))
    torch.manual_seed(int(state[2]))


def _seed_worker(worker_id: int, entropy: tuple) -> None:
    seed_everything(*entropy, worker_id + 1)


@HOOKS.register_module()
class EpochSeedHook(Hook):
    """Derives the randomness of every epoch from (seed, epoch, rank, worker).

    MMEngine saves no state of random generators, and seeds a loader's workers
    once, when they start. A resumed run therefore draws other augmentations
    than an uninterrupted one, and workers that are started for every epoch
    draw the same ones each time. With this hook, training that stops after any
    epoch and resumes is the same training.

    Workers are started anew for every epoch, whatever ``persistent_workers``
    says. ``configs/_base_/default_runtime.py`` puts the hook among the
    default hooks.
    """

    priority = 'VERY_HIGH'

    def before_train(self, runner) -> None:
        """Shuffle with the seed of the checkpoint that was resumed.

        The sampler was built before the Runner took over that seed.
        """
        sampler = runner.train_dataloader.batch_sampler.sampler
        ranks_differ = runner._randomness_cfg.get('diff_rank_seed', False)
        if hasattr(sampler, 'seed') and not ranks_differ:
            sampler.seed = runner.seed

    def before_train_epoch(self, runner) -> None:
        """Seed this process now and the workers when they start."""
        entropy = (runner.seed, runner.epoch, get_rank())
        seed_everything(*entropy, 0)
        dataloader = runner.train_dataloader
        dataloader.worker_init_fn = partial(_seed_worker, entropy=entropy)
        dataloader._iterator = None
