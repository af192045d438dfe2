"""Reading configs, and where their data lies."""
import pytest
from mmengine.config import Config

from rd_plugins.engine.config_file import (build_model, check_data_folders,
                                           read_config)
from rd_plugins.engine.on_cpus import use_cpu_amp
from rd_plugins.utils.checkpoint import pretrained_files
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.type_name import type_name


def test_missing_config():
    with pytest.raises(UsageError, match='no config at absent.py'):
        read_config('absent.py')


def test_config_of_an_installed_package():
    cfg = read_config('mmpretrain::resnet/resnet18_8xb16_cifar10.py')
    assert cfg.model.backbone.depth == 18
    ours = read_config('rd_plugins::rd/plain50_imagenet.py')
    assert ours.model.type == 'rd_plugins.JointRD'
    with pytest.raises(UsageError, match='no config at .*absent.py'):
        read_config('rd_plugins::rd/absent.py')
    for name in 'mmpretrain::resnet/absent.py', 'absent::resnet/resnet18.py':
        with pytest.raises(UsageError, match=f'no config {name} in an'):
            read_config(name)


def test_imported_classes_become_names(tmp_path):
    """What reads a config looks for names."""
    path = tmp_path / 'new.py'
    path.write_text('''
from mmpretrain.datasets import CIFAR10, PackInputs
from mmpretrain.models import ImageClassifier, LinearClsHead, ResNet_CIFAR
from mmengine.model import PretrainedInit
from mmengine.optim import AmpOptimWrapper
model = dict(
    type=ImageClassifier, backbone=dict(type=ResNet_CIFAR, depth=18),
    head=dict(type=LinearClsHead, num_classes=10, in_channels=512))
data = dict(type=CIFAR10, data_root='absent', pipeline=[dict(type=PackInputs)])
train_dataloader = dict(batch_size=2, dataset=data)
optim_wrapper = dict(type=AmpOptimWrapper, optimizer=dict(type='SGD', lr=0.1))
init_cfg = dict(type=PretrainedInit, checkpoint='weights.pth')
''')
    cfg = read_config(path)
    assert cfg.filename == str(path)
    dataset = cfg.train_dataloader.dataset
    assert type_name(dataset) == 'CIFAR10'
    assert type_name(dataset.pipeline[0]) == 'PackInputs'
    check_data_folders(cfg, 'train_dataloader')  # CIFAR10 is downloaded
    assert type(build_model(cfg).backbone).__name__ == 'ResNet_CIFAR'
    use_cpu_amp(cfg)
    assert cfg.optim_wrapper.type == 'rd_plugins.CPUAmpOptimWrapper'
    assert pretrained_files(cfg.init_cfg) == ['weights.pth']
    assert Config.fromstring(cfg.pretty_text, '.py').model == cfg.model


def test_missing_data_is_named_unless_it_can_be_downloaded(tmp_path):
    cfg = Config(
        dict(
            train_dataloader=dict(
                dataset=dict(type='ImageNet', data_root=str(tmp_path))),
            val_dataloader=dict(
                dataset=dict(type='ImageNet', data_root='absent')),
            test_dataloader=dict(
                dataset=dict(type='CIFAR10', data_root='absent'))))
    check_data_folders(cfg, 'train_dataloader', 'test_dataloader')
    with pytest.raises(UsageError,
                       match='no data folder absent for val_dataloader'):
        check_data_folders(cfg, 'val_dataloader')
    cfg.test_dataloader.dataset.download = False
    with pytest.raises(UsageError, match='test_dataloader.dataset.data_root'):
        check_data_folders(cfg, 'test_dataloader')


def test_missing_data_is_named_inside_a_wrapper():
    absent = dict(type='CustomDataset', data_root='absent')
    repeated = dict(type='RepeatDataset', times=2, dataset=absent)
    cfg = Config(dict(train_dataloader=dict(dataset=dict(
        type='ConcatDataset', datasets=[dict(type='CIFAR10'), repeated]))))
    with pytest.raises(UsageError, match='no data folder absent.*the config'):
        check_data_folders(cfg, 'train_dataloader')
