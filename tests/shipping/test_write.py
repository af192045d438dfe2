"""Nothing is written that computes something else."""
from copy import deepcopy

import pytest
import torch
from mmengine.config import Config
from mmpretrain.registry import MODELS

from rd_plugins.models.utils import folded_copy
from rd_plugins.shipping.read import read_trained_model
from rd_plugins.shipping.write import write_model
from rd_plugins.utils.errors import UsageError
from tests.helpers import ROOT

CONFIG = ROOT / 'configs/demo/resnet20_mnist5k.py'
SHAPE = (1, 28, 28)


@pytest.fixture
def source(tmp_path):
    model = MODELS.build(Config.fromfile(CONFIG).model)
    model.init_weights()
    torch.save(dict(state_dict=model.state_dict(), meta=dict(epoch=3)),
               tmp_path / 'source.pth')
    return read_trained_model(str(CONFIG), str(tmp_path / 'source.pth'))


def write_folded(source, tmp_path, change=None, **backbone):
    """Write a folded model, after a change to it or to its config."""
    cfg = deepcopy(source.cfg)
    cfg.model.backbone.update(deploy=True, **backbone)
    model = folded_copy(source.model.double())
    if change:
        change(model)
    return write_model(
        str(tmp_path / 'out'), 'folded', source, cfg, model, SHAPE, 'Folded.')


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_what_is_written_loads_strictly(source, tmp_path):
    done = write_folded(source, tmp_path)
    assert done.exact < 1e-12 and done.exact <= done.rounded < 1e-5
    assert done.names == ['folded.py', 'folded.pth']
    assert names(tmp_path) == ['out', 'source.pth']
    written = tmp_path / 'out'
    assert names(written) == ['folded.pth', 'folded.py']
    checkpoint = torch.load(written / 'folded.pth')
    assert checkpoint.keys() == {'meta', 'state_dict'}
    assert checkpoint['meta']['epoch'] == 3
    model = MODELS.build(Config.fromfile(written / 'folded.py').model)
    model.load_state_dict(checkpoint['state_dict'], strict=True)


def plant_fault(model):
    """A thousandth of one weight of one convolution."""
    with torch.no_grad():
        model.backbone.layer2[1].conv1.weight[0, 0, 1, 1] *= 1.001


def forget_bias(model):
    torch.nn.init.zeros_(model.head.fc.bias)
    model.head.fc.bias.data[0] = float('nan')


@pytest.mark.parametrize('fault', [
    dict(change=plant_fault),
    dict(change=forget_bias),
    dict(shortcut='none'),  # seen only in what is stored
])
def test_a_planted_fault_is_found_and_nothing_is_left(source, tmp_path,
                                                      fault):
    with pytest.raises(UsageError, match='computes something else'):
        write_folded(source, tmp_path, **fault)
    assert names(tmp_path) == ['source.pth']
