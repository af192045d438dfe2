"""Several processes that are joined by gloo.

They are forked from a server that has imported the package once, so they
start at once; they meet in a file, so no port can be taken.
"""
import os
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Callable, List
from unittest.mock import patch

import torch
import torch.distributed as dist
from mmengine.registry import init_default_scope
from torch.multiprocessing import start_processes

get_context('forkserver').set_forkserver_preload(['tests.helpers.warm'])


def _work(rank: int, count: int, folder: Path, function: Callable,
          arguments: tuple) -> None:
    os.environ.update(
        RANK=str(rank), WORLD_SIZE=str(count), LOCAL_RANK=str(rank))
    torch.set_num_threads(1)
    torch.manual_seed(0)
    init_default_scope('mmpretrain')
    dist.init_process_group(
        'gloo', init_method=f'file://{folder}/meeting', rank=rank,
        world_size=count, timeout=timedelta(seconds=100))
    torch.save(function(*arguments), folder / f'{rank}.pth')
    # One that leaves before another has joined breaks the other's joining.
    dist.barrier()
    dist.destroy_process_group()


def on_ranks(count: int, function: Callable, *arguments) -> List[Any]:
    """Call a function in several processes; its results by rank."""
    with TemporaryDirectory(prefix='rd') as folder:
        # Also the server, which the first call starts, shall see no GPU.
        with patch.dict(os.environ, CUDA_VISIBLE_DEVICES=''):
            start_processes(
                _work, (count, Path(folder), function, arguments),
                nprocs=count, start_method='forkserver')
        return [
            torch.load(f'{folder}/{rank}.pth', weights_only=False)
            for rank in range(count)
        ]
