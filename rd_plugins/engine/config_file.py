"""Configs: read by path or name, their data folders and their models."""
from copy import deepcopy
from os import path as osp
from typing import List

from mmengine.config import Config
from mmengine.hub import get_config
from mmengine.registry import init_default_scope
from mmpretrain.registry import MODELS
from torch import nn

from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.package import path_of
from rd_plugins.utils.type_name import type_name

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
        return _with_names(Config.fromfile(path))
    try:
        return _with_names(get_config(path))
    except (OSError, ImportError, ValueError, AssertionError) as error:
        raise UsageError(f'There is no config {path} in an installed package; '
                         'check its name.') from error


def _with_names(cfg: Config) -> Config:
    """With names in place of the classes that a config imports."""
    return Config(cfg.to_dict(), filename=cfg.filename)


def schedulers_in(cfg: Config) -> List[dict]:
    """The schedulers of a config, which may have one, several or none."""
    schedulers = cfg.get('param_scheduler') or []
    return [schedulers] if isinstance(schedulers, dict) else schedulers


def datasets_in(dataset: dict) -> List[dict]:
    """The configs of the data sets that a wrapper holds, or of the one."""
    parts = dataset.get('datasets') or (
        [dataset['dataset']] if 'dataset' in dataset else [])
    return [each for part in parts for each in datasets_in(part)] or [dataset]


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
        outermost = (cfg.get(name) or {}).get('dataset', {})
        for dataset in datasets_in(outermost):
            if _lacks_its_folder(dataset):
                advice = ' in the config' if dataset is not outermost else (
                    f': --cfg-options {name}.dataset.data_root=PATH')
                raise UsageError(
                    f'There is no data folder {dataset["data_root"]} for '
                    f'{name}; put the data there or name another{advice}.')


def _lacks_its_folder(dataset: dict) -> bool:
    root = dataset.get('data_root')
    if not root or '://' in root:
        return False
    downloads = dataset.get('download', type_name(dataset) in DOWNLOADED)
    return not downloads and not osp.isdir(osp.expanduser(root))


def build_model(cfg: Config) -> nn.Module:
    """Build the model of a config with random weights, to check it.

    The Runner builds its own model later. This one is built before anything is
    written, so that a wrong config leaves no files.
    """
    init_default_scope(cfg.get('default_scope', 'mmpretrain'))
    model = deepcopy(cfg.model)  # building may change it
    if cfg.get('data_preprocessor'):  # as the Runner
        model.setdefault('data_preprocessor', deepcopy(cfg.data_preprocessor))
    return MODELS.build(model)
