"""Trainings that are killed at random moments end as if nothing had been.

``make test`` kills a few; ``make test-faults`` does it ``RD_KILLS`` times
(200), over all methods in one to three processes. Each kill is SIGKILL to all
processes of a training, at a random moment or inside the writing of a
checkpoint, with ``max_keep_ckpts=1``; what is resumed to the end is compared
with an uninterrupted run, bit for bit: weights, averages, momentum, schedules
and logs.
"""
import os
import random
import tempfile
from itertools import count, product
from pathlib import Path

import pytest
import torch

from tests.faults.methods import METHODS
from tests.helpers.compare import assert_same
from tests.helpers.kills import (assert_nothing_is_lost, kill_once, last_state,
                                 run_to_the_end)
from tests.helpers.runs import save_teacher

PER_RUN = 4  # kills of one training


def new_folder(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    torch.manual_seed(0)  # the same teacher for all
    save_teacher(folder / 'teacher.pth')
    return folder


class Runs:
    """Uninterrupted runs, each trained once."""

    def __init__(self, parent: Path) -> None:
        self.parent, self.known = parent, {}

    def reference(self, method: str, ranks: int) -> tuple:
        """What it ends with, and how long it takes."""
        if (method, ranks) not in self.known:
            folder = new_folder(self.parent, f'{method}{ranks}')
            seconds = run_to_the_end(method, folder, ranks)
            self.known[method, ranks] = last_state(folder), seconds
        return self.known[method, ranks]

    def kill_and_compare(self, method: str, ranks: int, kills: int,
                         seed: int) -> int:
        """Kill a training several times; how often it was running."""
        expected, seconds = self.reference(method, ranks)
        folder = new_folder(self.parent, f'{method}{ranks}-{seed}')
        chance, hits, newest = random.Random(seed), 0, 0
        for _ in range(kills):
            hits += kill_once(method, folder, ranks, seconds, chance)
            newest = assert_nothing_is_lost(folder, newest)
        run_to_the_end(method, folder, ranks)
        assert_same(last_state(folder), expected)
        return hits


@pytest.mark.parametrize('method, ranks', [('joint', 1), ('staged', 3)])
def test_a_few_kills(run_dir, method, ranks):
    assert Runs(run_dir).kill_and_compare(method, ranks, 2, seed=5)


@pytest.mark.faults
def test_many_kills():
    wanted, done = int(os.environ.get('RD_KILLS', 200)), 0
    first = int(os.environ.get('RD_SEED', 0))
    with tempfile.TemporaryDirectory(prefix='rd') as folder:
        runs = Runs(Path(folder))
        trials = ((method, ranks, seed) for seed in count(first)
                  for method, ranks in product(METHODS, (1, 2, 3)))
        for method, ranks, seed in trials:
            if done >= wanted:
                break
            hits = runs.kill_and_compare(method, ranks, PER_RUN, seed)
            done += hits
            print(f'{method} in {ranks}: killed {hits} times, equal; '
                  f'{done} in all', flush=True)
