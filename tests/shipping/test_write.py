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
from tests.shipping.tools import assert_refuses, names

CONFIG = ROOT / 'configs/demo/resnet20_mnist5k.py'
SHAPE = (1, 28, 28)


@pytest.fixture
def source(tmp_path):
    model = MODELS.build(Config.fromfile(CONFIG).model)
    model.init_weights()
    torch.save(dict(state_dict=model.state_dict(), meta=dict(epoch=3)),
               tmp_path / 'source.pth')
    return read_trained_model(str(CONFIG), str(tmp_path / 'source.pth'))


def write_folded(source, tmp_path, change=None, force=False, **backbone):
    """Write a folded model, after a change to it or to its config."""
    cfg = deepcopy(source.cfg)
    cfg.model.backbone.update(deploy=True, **backbone)
    model = folded_copy(source.model.double())
    if change:
        change(model)
    return write_model(
        str(tmp_path / 'out'), 'folded', source, cfg, model, SHAPE, 'Folded.',
        force)


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


def test_the_folder_of_the_source_is_not_replaced(source, tmp_path):
    (tmp_path / 'out').mkdir()
    source.checkpoint = str((tmp_path / 'source.pth').rename(
        tmp_path / 'out' / 'source.pth'))
    with pytest.raises(UsageError, match='which would be lost'):
        write_folded(source, tmp_path, force=True)
    assert names(tmp_path / 'out') == ['source.pth']


@pytest.mark.parametrize('held', ['net.py', 'epoch_1.pth'])
@pytest.mark.parametrize('name, flags', [
    ('model_converters/fold_norms.py', []),
    ('model_converters/remove_shortcuts.py', []),
    ('compress.py', ['--by-weights']),
    ('deploy.py', ['--backend', 'onnxruntime']),
])
def test_tools_do_not_replace_the_folder_of_an_input(tmp_path, name, flags,
                                                     held):
    """It is said at once, before the files are read."""
    (tmp_path / 'run').mkdir()
    paths = [tmp_path / ('run' if each == held else '') / each
             for each in ('net.py', 'epoch_1.pth')]
    for path in paths:
        path.touch()
    assert_refuses(name, *paths, *flags, '--out', tmp_path / 'run', '--force',
                   words=[f'{held}, which would be lost'])
    assert names(tmp_path / 'run') == [held]
