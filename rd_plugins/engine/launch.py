"""What ``tools/train.py`` and ``tools/test.py`` add to MMPretrain's own."""
import os
import subprocess
from datetime import timedelta
from os import path as osp
from typing import Optional

import torch.distributed as torch_dist
from mmengine.config import Config, ConfigDict
from mmengine.device import get_device
from mmengine.hub import get_config
from mmengine.registry import RUNNERS, init_default_scope
from mmengine.runner import Runner
from mmpretrain.registry import MODELS
from torch import nn

from rd_plugins.models import Distiller
from rd_plugins.utils.checkpoint import (check_checkpoint_starts,
                                         check_pretrained_parts)
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.package import path_of
from .checks import RunCheckHook
from .refusals import exit_on_usage_error  # noqa: F401
from .resume import check_nothing_is_overwritten, choose_checkpoint

# Default hooks of MMEngine's Runner
MMENGINE_DEFAULT_HOOKS = ('runtime_info', 'timer', 'sampler_seed', 'logger',
                          'param_scheduler', 'checkpoint')
LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')
# Datasets of MMPretrain that are downloaded by default.
DOWNLOADED = ('CIFAR10', 'CIFAR100', 'MNIST', 'FashionMNIST', 'SVHN')


def read_config(path: str) -> Config:
    """Read a config: a file, or one that a package has installed.

    Args:
        path (str): A path, or a name such as
            ``'mmpretrain::resnet/resnet50_8xb32_in1k.py'``.

    Raises:
        UsageError: If there is none.
    """
    path = path_of(str(path))
    if '::' not in path:
        if not osp.isfile(path):
            raise UsageError(f'There is no config at {path}; check the path.')
        return Config.fromfile(path)
    try:
        return get_config(path)
    except (OSError, ImportError, ValueError, AssertionError) as error:
        raise UsageError(f'There is no config {path} in an installed package; '
                         'check its name.') from error


def check_data_folders(cfg: Config, *loaders: str) -> None:
    """Check that the data folders of a run exist.

    Datasets that may be downloaded are not checked.

    Args:
        cfg (Config): The config of the run.
        *loaders (str): Names of the dataloaders to check.

    Raises:
        UsageError: If a folder is missing.
    """
    for name in loaders:
        dataset = (cfg.get(name) or {}).get('dataset', {})
        root = dataset.get('data_root')
        kind = str(dataset.get('type')).split('.')[-1]
        downloads = dataset.get('download', kind in DOWNLOADED)
        if root and '://' not in root and not osp.isdir(
                osp.expanduser(root)) and not downloads:
            raise UsageError(
                f'There is no data folder {root} for {name}; put the data '
                f'there or name another: --cfg-options {name}.dataset.'
                'data_root=PATH.')


def name_slurm_processes() -> None:
    """Set PyTorch's environment variables (ranks, address) from Slurm's."""
    os.environ.update(
        RANK=os.environ['SLURM_PROCID'],
        WORLD_SIZE=os.environ['SLURM_NTASKS'],
        LOCAL_RANK=os.environ.get('SLURM_LOCALID', '0'))
    os.environ.setdefault('MASTER_PORT', '29500')
    if 'MASTER_ADDR' not in os.environ:
        hosts = subprocess.run(
            ['scontrol', 'show', 'hostnames', os.environ['SLURM_NODELIST']],
            capture_output=True, text=True, check=True).stdout
        os.environ['MASTER_ADDR'] = hosts.split()[0]


def use_cpu_amp(cfg: Config) -> None:
    """Replace ``AmpOptimWrapper`` by the one for CPUs, in place."""
    wrapper = cfg.get('optim_wrapper') or {}
    if wrapper.get('type') == 'AmpOptimWrapper':
        for option in ('loss_scale', 'dtype', 'use_fsdp'):
            wrapper.pop(option, None)
        wrapper.type = 'rd_plugins.CPUAmpOptimWrapper'


def use_cpu(cfg: Config) -> None:
    """Let a config that was written for GPUs run on CPUs.

    Mixed precision uses bfloat16, see :class:`CPUAmpOptimWrapper`. Several
    processes communicate by gloo, set up before MMEngine looks for a GPU.

    Args:
        cfg (Config): The config of the run; changed in place.

    Raises:
        UsageError: If the launcher needs GPUs.
    """
    use_cpu_amp(cfg)
    for name in LOADERS:
        if cfg.get(name):
            cfg[name]['pin_memory'] = False
    if cfg.launcher == 'none':
        return
    if cfg.launcher == 'slurm':
        name_slurm_processes()
    elif cfg.launcher != 'pytorch':
        raise UsageError(f'--launcher {cfg.launcher} needs GPUs; on CPUs use '
                         'pytorch or slurm.')
    if not torch_dist.is_initialized():
        seconds = ((cfg.get('env_cfg') or {}).get('dist_cfg') or {}).get(
            'timeout')
        torch_dist.init_process_group(
            backend='gloo', timeout=seconds and timedelta(seconds=seconds))
    wrapper = ConfigDict(
        type='MMDistributedDataParallel',
        broadcast_buffers=False,
        find_unused_parameters=cfg.get('find_unused_parameters', False))
    wrapper.update(cfg.get('model_wrapper_cfg') or {})
    wrapper.device_ids = None
    cfg.model_wrapper_cfg = wrapper


def build_model(cfg: Config) -> nn.Module:
    """Build the model of a config with random weights, to check it.

    The Runner builds its own model later. This one is built before anything is
    written, so that a wrong config leaves no files.
    """
    init_default_scope(cfg.get('default_scope', 'mmpretrain'))
    return MODELS.build(cfg.model)


def check_training(cfg: Config, start: Optional[str] = None) -> None:
    """Check model, teacher and checkpoint of a training before it begins.

    Args:
        cfg (Config): The config of the run; changed in place.
        start (str, optional): The weights that a run loads that is to be
            resumed and has no checkpoint yet. Defaults to None.

    Raises:
        UsageError: If one of them cannot be used.
    """
    if get_device() == 'cpu':
        use_cpu_amp(cfg)  # as checkpoints record it
    model = build_model(cfg)
    check_pretrained_parts(model)
    if cfg.get('resume'):
        choose_checkpoint(cfg, model, start)
    else:
        check_nothing_is_overwritten(cfg)
    if cfg.get('load_from') and not cfg.get('resume'):
        check_checkpoint_starts(cfg.load_from, model)
    if isinstance(model, Distiller):
        model.load_teacher()


def drop_hooks(cfg: Config) -> None:
    """Remove default hooks that are None from a config, in place.

    MMEngine does so for its own default hooks only; None for any other hook
    is an error there.
    """
    hooks = cfg.get('default_hooks') or {}
    for name in [name for name, hook in hooks.items() if hook is None]:
        if name not in MMENGINE_DEFAULT_HOOKS:
            del hooks[name]


def build_runner(cfg: Config) -> Runner:
    """Build the Runner of a config, for GPUs or CPUs."""
    drop_hooks(cfg)
    for name in LOADERS:
        # MMPretrain's tool sets persistent_workers also for loaders without
        # workers, which is an error in PyTorch.
        if cfg.get(name) and not cfg[name].get('num_workers'):
            cfg[name]['persistent_workers'] = False
    if get_device() == 'cpu':
        use_cpu(cfg)
    build = RUNNERS.build if 'runner_type' in cfg else Runner.from_cfg
    runner = build(cfg)
    runner.register_hook(RunCheckHook())
    return runner
