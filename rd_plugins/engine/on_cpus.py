"""Configs that were written for GPUs, on CPUs."""
import logging
import os
import subprocess
from datetime import timedelta

import torch
import torch.distributed as torch_dist
from mmengine.config import Config, ConfigDict
from mmengine.logging import print_log

from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.type_name import type_name

LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')


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
    if type_name(wrapper) == 'AmpOptimWrapper':
        if wrapper.get('dtype') not in (None, 'bfloat16', torch.bfloat16):
            print_log(
                f'Mixed precision on CPUs is bfloat16, not {wrapper.dtype}.',
                logger='current', level=logging.WARNING)
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
