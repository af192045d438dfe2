"""Trainings that are killed at random moments and resumed.

The processes are forked from the server of :mod:`tests.helpers.ranks`, and
SIGKILL is real: no handler, no clean-up and no flush of theirs runs.
"""
import os
import random
import time
from multiprocessing import get_context
from pathlib import Path
from typing import List
from unittest.mock import patch

import torch
from mmengine.registry import init_default_scope

from rd_plugins.engine.launch import check_training
from rd_plugins.engine.refusals import exit_on_usage_error
from rd_plugins.utils.checkpoint_file import read_checkpoint
from rd_plugins.utils.whole_file import (check_archive, finished_epochs,
                                         numbered_checkpoints)
from tests.faults.methods import method_cfg
from tests.helpers import ranks as _server  # noqa: F401
from tests.helpers.runs import train
from tests.helpers.tools import free_port

COMPARED = ('state_dict', 'ema_state_dict', 'optimizer', 'param_schedulers')


def _train(method: str, folder: Path, rank: int, ranks: int, port: str,
           timeout: int) -> None:
    """What ``tools/train.py --resume`` does, as one of several processes."""
    log = os.open(folder / f'log{rank}.txt',
                  os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.update(
        RANK=str(rank), WORLD_SIZE=str(ranks), LOCAL_RANK=str(rank),
        MASTER_ADDR='127.0.0.1', MASTER_PORT=port)
    torch.set_num_threads(1)
    init_default_scope('mmpretrain')
    cfg = method_cfg(method, folder / 'run', ranks)
    cfg.env_cfg.dist_cfg.timeout = timeout
    cfg.experiment_name = 'run'
    cfg.resume = True
    with exit_on_usage_error():
        check_training(cfg)
        train(cfg)


class Training:
    """The processes of one training.

    Args:
        method (str): A name in ``METHODS``.
        folder (Path): Where the teacher is; the work folder is in it.
        ranks (int): How many processes.
        timeout (int): Seconds that they wait for each other.
            Defaults to 300.
    """

    def __init__(self,
                 method: str,
                 folder: Path,
                 ranks: int,
                 timeout: int = 300) -> None:
        context, self.folder = get_context('forkserver'), folder
        port = free_port()
        self.processes = [
            context.Process(target=_train, args=(method, folder, rank, ranks,
                                                 port, timeout))
            for rank in range(ranks)
        ]
        with patch.dict(os.environ, CUDA_VISIBLE_DEVICES=''):
            for process in self.processes:
                process.start()

    def is_running(self) -> bool:
        """Whether all processes are."""
        return all(process.is_alive() for process in self.processes)

    def log(self) -> str:
        """The last lines of all processes."""
        return '\n'.join(path.read_text()[-1000:]
                         for path in sorted(self.folder.glob('log*.txt')))

    def wait(self) -> List[int]:
        """Wait for the end; the exit codes."""
        for process in self.processes:
            process.join(300)
        return [process.exitcode for process in self.processes]

    def kill(self) -> bool:
        """Kill all processes; whether they were running."""
        was_running = self.is_running()
        for process in self.processes:
            process.kill()
            process.join()
        return was_running and -9 in (p.exitcode for p in self.processes)


def run_to_the_end(method: str, folder: Path, ranks: int) -> float:
    """Train; how many seconds it took."""
    server = get_context('forkserver').Process(target=int)
    server.start()  # the first process waits for its imports
    server.join()
    start = time.monotonic()
    training = Training(method, folder, ranks)
    assert training.wait() == [0] * ranks, training.log()
    return time.monotonic() - start


def kill_once(method: str, folder: Path, ranks: int, seconds: float,
              chance: random.Random) -> bool:
    """Start or resume a training and kill it; whether it was running.

    Half of the kills are at a random moment of the ``seconds`` that a run
    takes, the others while or just after a checkpoint is written.
    """
    training = Training(method, folder, ranks)
    end = time.monotonic() + seconds * chance.uniform(0.05, 0.6)
    while_writing = chance.random() < 0.5
    delay = chance.choice((0, 0.002, 0.01))
    while training.is_running():
        if while_writing and any((folder / 'run').glob('*.tmp')):
            time.sleep(delay)
            break
        if not while_writing and time.monotonic() > end:
            break
        time.sleep(0.0005)
    return training.kill()


def assert_nothing_is_lost(folder: Path, before: int) -> int:
    """Files with their final names are whole; the newest is no older."""
    for path in numbered_checkpoints(folder / 'run').values():
        check_archive(str(path))
    now = finished_epochs(folder / 'run')
    assert now >= before, f'{now} after {before}'
    return now


def last_state(folder: Path) -> dict:
    """What a run ends with, without times and paths."""
    newest, = numbered_checkpoints(folder / 'run').values()
    checkpoint = read_checkpoint(newest)
    scalars = checkpoint['message_hub']['log_scalars']
    logs = {key: [part.tolist() for part in history.data]
            for key, history in scalars.items()
            if key.startswith('train/') and 'time' not in key
            and 'memory' not in key}
    return dict(logs=logs, **{key: checkpoint[key] for key in COMPARED
                              if key in checkpoint})
