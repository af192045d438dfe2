import os
import subprocess
import sys

import pytest
from mmengine.config import Config

from rd_plugins.engine import launch
from rd_plugins.utils.errors import UsageError


def test_missing_config():
    with pytest.raises(UsageError, match='no config at absent.py'):
        launch.read_config('absent.py')


def test_config_of_an_installed_package():
    cfg = launch.read_config('mmpretrain::resnet/resnet18_8xb16_cifar10.py')
    assert cfg.model.backbone.depth == 18
    ours = launch.read_config('rd_plugins::rd/plain50_imagenet.py')
    assert ours.model.type == 'rd_plugins.JointRD'
    with pytest.raises(UsageError, match='no config at .*absent.py'):
        launch.read_config('rd_plugins::rd/absent.py')
    for name in 'mmpretrain::resnet/absent.py', 'absent::resnet/resnet18.py':
        with pytest.raises(UsageError, match=f'no config {name} in an'):
            launch.read_config(name)


def test_missing_data_is_named_unless_it_can_be_downloaded(tmp_path):
    cfg = Config(
        dict(
            train_dataloader=dict(
                dataset=dict(type='ImageNet', data_root=str(tmp_path))),
            val_dataloader=dict(
                dataset=dict(type='ImageNet', data_root='absent')),
            test_dataloader=dict(
                dataset=dict(type='CIFAR10', data_root='absent'))))
    launch.check_data_folders(cfg, 'train_dataloader', 'test_dataloader')
    with pytest.raises(UsageError,
                       match='no data folder absent for val_dataloader'):
        launch.check_data_folders(cfg, 'val_dataloader')
    cfg.test_dataloader.dataset.download = False
    with pytest.raises(UsageError, match='test_dataloader.dataset.data_root'):
        launch.check_data_folders(cfg, 'test_dataloader')


def test_cpu_refuses_mpi():
    with pytest.raises(UsageError, match='--launcher mpi'):
        launch.use_cpu(Config(dict(launcher='mpi')))


def test_slurm_processes_really_meet():
    """One of one, joined by gloo as slurm would start it."""
    program = ('import torch; from mmengine import Config; '
               'import torch.distributed as d; '
               'from rd_plugins.engine.launch import use_cpu; '
               'use_cpu(Config(dict(launcher="slurm", env_cfg=dict('
               'dist_cfg=dict(backend="nccl", timeout=77))))); '
               'group = d.group.WORLD._get_backend(torch.device("cpu")); '
               'print(d.get_rank(), d.get_world_size(), '
               'group.options._timeout.seconds)')
    environment = dict(
        os.environ, SLURM_PROCID='0', SLURM_NTASKS='1', SLURM_LOCALID='0',
        MASTER_ADDR='127.0.0.1', MASTER_PORT='0')
    done = subprocess.run([sys.executable, '-c', program], env=environment,
                          capture_output=True, text=True)
    assert done.stdout.strip().endswith('0 1 77'), done.stderr


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
    launch.name_slurm_processes()
    assert os.environ['MASTER_ADDR'] == 'node07'
    assert os.environ['RANK'] == '3' and os.environ['WORLD_SIZE'] == '4'


@pytest.mark.parametrize('launcher, environment', [
    ('pytorch', dict(RANK='0', WORLD_SIZE='1', LOCAL_RANK='0')),
    ('slurm', dict(SLURM_PROCID='0', SLURM_NTASKS='1', SLURM_LOCALID='0')),
])
def test_cpu_processes_are_joined_by_gloo(monkeypatch, launcher, environment):
    joined = []
    monkeypatch.setattr(launch.torch_dist, 'init_process_group',
                        lambda backend, timeout: joined.append(backend))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for name in ('RANK', 'WORLD_SIZE', 'LOCAL_RANK'):
        monkeypatch.setenv(name, environment.get(name, 'unset'))
    monkeypatch.setenv('MASTER_ADDR', '127.0.0.1')
    monkeypatch.setenv('MASTER_PORT', '1')
    cfg = Config(
        dict(
            launcher=launcher,
            find_unused_parameters=True,
            model_wrapper_cfg=dict(static_graph=True)))
    launch.use_cpu(cfg)
    assert joined == ['gloo']
    assert os.environ['RANK'] == '0' and os.environ['WORLD_SIZE'] == '1'
    assert cfg.model_wrapper_cfg.device_ids is None
    assert cfg.model_wrapper_cfg.static_graph
    assert cfg.model_wrapper_cfg.find_unused_parameters


def test_hooks_that_a_config_adds_can_be_taken_out():
    """MMEngine leaves out its own; it stops at others that are None."""
    cfg = Config(
        dict(
            default_hooks=dict(
                timer=None,
                epoch_seed=None,
                logger=dict(type='LoggerHook'))))
    launch.drop_hooks(cfg)
    assert dict(cfg.default_hooks) == dict(
        timer=None, logger=dict(type='LoggerHook'))
