import os

import pytest
from mmengine.config import Config

from rd_plugins.engine import launch
from rd_plugins.utils.errors import UsageError


def test_flags_are_mmpretrains(monkeypatch):
    tool = launch.load_mmpretrain_tool('train')
    monkeypatch.setattr('sys.argv', ['train.py', 'config.py', '--amp'])
    assert tool.parse_args().amp


def test_mmpretrain_without_its_tools(monkeypatch):
    with pytest.raises(UsageError, match='without its tools .*absent.py'):
        launch.load_mmpretrain_tool('absent')


def test_missing_config():
    with pytest.raises(UsageError, match='no config at absent.py'):
        launch.read_config('absent.py')


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


def test_cpu_refuses_mixed_precision():
    cfg = Config(
        dict(launcher='none', optim_wrapper=dict(type='AmpOptimWrapper')))
    with pytest.raises(UsageError, match='--amp'):
        launch.use_cpu(cfg)


def test_cpu_refuses_mpi():
    with pytest.raises(UsageError, match='--launcher mpi'):
        launch.use_cpu(Config(dict(launcher='mpi')))


@pytest.mark.parametrize('launcher, environment', [
    ('pytorch', dict(RANK='0', WORLD_SIZE='1', LOCAL_RANK='0')),
    ('slurm', dict(SLURM_PROCID='0', SLURM_NTASKS='1', SLURM_LOCALID='0')),
])
def test_cpu_processes_are_joined_by_gloo(monkeypatch, launcher, environment):
    joined = []
    monkeypatch.setattr(launch.torch_dist, 'init_process_group',
                        lambda backend: joined.append(backend))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for name in ('RANK', 'WORLD_SIZE', 'LOCAL_RANK'):
        monkeypatch.setenv(name, environment.get(name, 'unset'))
    cfg = Config(dict(launcher=launcher, find_unused_parameters=True))
    launch.use_cpu(cfg)
    assert joined == ['gloo']
    assert os.environ['RANK'] == '0' and os.environ['WORLD_SIZE'] == '1'
    assert cfg.model_wrapper_cfg.device_ids is None
    assert cfg.model_wrapper_cfg.find_unused_parameters
