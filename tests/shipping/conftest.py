"""Trained models of which something is made."""
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmpretrain.registry import MODELS

from rd_plugins.utils.checkpoint_file import read_checkpoint
from tests.helpers import ROOT
from tests.shipping.closed_blocks import read_frozen, save_closed


@pytest.fixture
def closed_files(run_dir):
    """Config and checkpoint of an ε-ResNet with closed blocks."""
    return save_closed(run_dir)


@pytest.fixture
def closed(closed_files):
    """The model, with frozen gates."""
    return read_frozen(*closed_files)


@pytest.fixture(scope='session')
def trained(tmp_path_factory):
    """Checkpoints of the demo's teacher and student, with random weights."""
    init_default_scope('mmpretrain')
    folder = tmp_path_factory.mktemp('trained')
    torch.manual_seed(0)
    for name in ('resnet20_mnist5k', 'plain20_ce_mnist5k'):
        model = MODELS.build(
            Config.fromfile(ROOT / f'configs/demo/{name}.py').model)
        torch.save(dict(state_dict=model.state_dict()), folder / f'{name}.pth')
    return folder


@pytest.fixture
def checkpoint(trained, run_dir):
    """As a run saves it that averages weights and trains a connector."""
    weights = read_checkpoint(trained / 'plain20_ce_mnist5k.pth')['state_dict']
    weights = {**weights, 'auxiliary.connector.weight': torch.ones(3)}
    path = run_dir / 'epoch_4.pth'
    torch.save(
        dict(
            meta=dict(epoch=4, dataset_meta=dict(classes=list('0123456789'))),
            state_dict=weights,
            ema_state_dict=dict(
                steps=torch.tensor(7),
                **{f'module.{key}': value + 1
                   for key, value in weights.items()}),
            optimizer=dict(state={}), message_hub=dict()), path)
    return path
