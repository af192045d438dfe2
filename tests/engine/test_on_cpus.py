"""Runs on CPUs, in one process and in several."""
import json
import os
import subprocess
import sys

import pytest
from mmengine.config import Config

from rd_plugins.engine.on_cpus import name_slurm_processes, use_cpu
from rd_plugins.utils.errors import UsageError
from tests.helpers.tools import free_port

# Prints how the processes have met, and what becomes of the config.
JOIN = """
import json, os, sys, torch
import torch.distributed as dist
from mmengine import Config
from rd_plugins.engine.on_cpus import use_cpu
cfg = Config(dict(
    launcher=sys.argv[1], find_unused_parameters=True,
    env_cfg=dict(dist_cfg=dict(backend="nccl", timeout=77)),
    model_wrapper_cfg=dict(static_graph=True)))
use_cpu(cfg)
group = dist.group.WORLD._get_backend(torch.device("cpu"))
print(json.dumps([
    dist.get_backend(), dist.get_rank(), dist.get_world_size(),
    group.options._timeout.seconds, cfg.model_wrapper_cfg.to_dict()]))
"""


def test_cpu_refuses_mpi():
    with pytest.raises(UsageError, match='--launcher mpi'):
        use_cpu(Config(dict(launcher='mpi')))


@pytest.mark.parametrize('launcher, environment', [
    ('pytorch', dict(RANK='0', WORLD_SIZE='1', LOCAL_RANK='0')),
    ('slurm', dict(SLURM_PROCID='0', SLURM_NTASKS='1', SLURM_LOCALID='0')),
])
def test_processes_are_joined_by_gloo(launcher, environment):
    """One of one, as the launcher would start it."""
    others = {name: value for name, value in os.environ.items()
              if name not in ('RANK', 'WORLD_SIZE', 'LOCAL_RANK')}
    done = subprocess.run(
        [sys.executable, '-c', JOIN, launcher], capture_output=True, text=True,
        env=dict(others, MASTER_ADDR='127.0.0.1', MASTER_PORT=free_port(),
                 **environment))
    assert done.returncode == 0, done.stderr
    *joined, wrapper = json.loads(done.stdout.splitlines()[-1])
    assert joined == ['gloo', 0, 1, 77]
    assert wrapper == dict(
        type='MMDistributedDataParallel', broadcast_buffers=False,
        find_unused_parameters=True, static_graph=True, device_ids=None)


def test_slurm_names_the_first_host(monkeypatch, tmp_path):
    scontrol = tmp_path / 'scontrol'
    scontrol.write_text('#!/bin/sh\necho node07\necho node08\n')
    scontrol.chmod(0o755)
    monkeypatch.setenv('PATH', f'{tmp_path}:{os.environ["PATH"]}')
    # Set first, so that it is put back afterwards whatever is called.
    monkeypatch.setenv('MASTER_ADDR', '')
    monkeypatch.delenv('MASTER_ADDR')
    for name, value in dict(SLURM_PROCID='3', SLURM_NTASKS='4', RANK='',
                            SLURM_NODELIST='node[07-08]', WORLD_SIZE='',
                            LOCAL_RANK='', MASTER_PORT='1').items():
        monkeypatch.setenv(name, value)
    name_slurm_processes()
    assert os.environ['MASTER_ADDR'] == 'node07'
    assert os.environ['RANK'] == '3' and os.environ['WORLD_SIZE'] == '4'
