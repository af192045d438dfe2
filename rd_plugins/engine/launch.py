"""What ``tools/train.py`` and ``tools/test.py`` add to MMPretrain's own."""
import os
import sys
from contextlib import contextmanager
from importlib import util
from os import path as osp
from types import ModuleType
from typing import Iterator
from urllib.error import URLError

import mmpretrain
import torch.distributed as torch_dist
from mmengine.config import Config, ConfigDict
from mmengine.device import get_device
from mmengine.registry import RUNNERS
from mmengine.runner import Runner

from rd_plugins.utils.errors import UsageError


def load_mmpretrain_tool(name: str) -> ModuleType:
    """Import a tool that MMPretrain ships, such as ``'train'``.

    Our tools take their flags from it, so that they stay MMPretrain's.

    Raises:
        UsageError: If MMPretrain was installed without its tools.
    """
    path = osp.join(osp.dirname(mmpretrain.__file__), '.mim', 'tools',
                    f'{name}.py')
    if not osp.isfile(path):
        raise UsageError(
            f'MMPretrain was installed without its tools ({path} is missing); '
            'install a wheel: pip install "mmpretrain>=1.2.0".')
    spec = util.spec_from_file_location(f'mmpretrain_{name}', path)
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def exit_on_usage_error() -> Iterator[None]:
    """Turn errors that are the user's to mend into one line and status 1."""
    try:
        yield
    except (UsageError, FileNotFoundError, URLError) as error:
        sys.exit(f'error: {error}')


def read_config(path: str) -> Config:
    """Read a config file.

    Raises:
        UsageError: If there is none.
    """
    if not osp.isfile(path):
        raise UsageError(f'There is no config at {path}; check the path.')
    return Config.fromfile(path)


def check_data_folders(cfg: Config, *loaders: str) -> None:
    """Check that the data a run needs is there before anything is written.

    Datasets that may download themselves are left to do so.

    Args:
        cfg (Config): The config of the run.
        *loaders (str): The dataloaders it will use.

    Raises:
        UsageError: If a folder is missing.
    """
    for name in loaders:
        dataset = (cfg.get(name) or {}).get('dataset', {})
        root = dataset.get('data_root')
        downloads = dataset.get('download', 'CIFAR' in str(
            dataset.get('type')) or 'MNIST' in str(dataset.get('type')))
        if root and '://' not in root and not osp.isdir(
                osp.expanduser(root)) and not downloads:
            raise UsageError(
                f'There is no data folder {root} for {name}; put the data '
                f'there or name another: --cfg-options {name}.dataset.'
                'data_root=PATH.')


def use_cpu(cfg: Config) -> None:
    """Let a config that was written for GPUs run on CPUs.

    One process only loses mixed precision, which MMEngine refuses there.
    Several processes are joined by gloo before MMEngine would look for a GPU.

    Args:
        cfg (Config): The config of the run; changed in place.

    Raises:
        UsageError: If mixed precision was asked for.
    """
    if cfg.get('optim_wrapper', {}).get('type') == 'AmpOptimWrapper':
        raise UsageError('Mixed precision (--amp) needs a GPU and none is '
                         'there; leave it out.')
    for name in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
        if cfg.get(name):
            cfg[name]['pin_memory'] = False
    if cfg.launcher == 'none':
        return
    if cfg.launcher == 'slurm':
        os.environ.update(
            RANK=os.environ['SLURM_PROCID'],
            WORLD_SIZE=os.environ['SLURM_NTASKS'],
            LOCAL_RANK=os.environ.get('SLURM_LOCALID', '0'))
    elif cfg.launcher != 'pytorch':
        raise UsageError(f'--launcher {cfg.launcher} needs GPUs; on CPUs use '
                         'pytorch or slurm.')
    if not torch_dist.is_initialized():
        torch_dist.init_process_group(backend='gloo')
    cfg.model_wrapper_cfg = ConfigDict(
        type='MMDistributedDataParallel',
        device_ids=None,
        broadcast_buffers=False,
        find_unused_parameters=cfg.get('find_unused_parameters', False))


def build_runner(cfg: Config) -> Runner:
    """Build the Runner that a config asks for, on whatever device is there."""
    if get_device() == 'cpu':
        use_cpu(cfg)
    if 'runner_type' in cfg:
        return RUNNERS.build(cfg)
    return Runner.from_cfg(cfg)
