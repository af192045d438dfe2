import pytest
import torch
from mmpretrain.registry import MODELS

from rd_plugins.utils.checkpoint import (check_checkpoint_fits,
                                         read_checkpoint, write_checkpoint)
from rd_plugins.utils.errors import UsageError
from tests.helpers.models import classifier_cfg


def test_a_bare_state_dict_is_wrapped(tmp_path):
    path = tmp_path / 'bare.pth'
    torch.save(dict(weight=torch.ones(2)), path)
    assert read_checkpoint(str(path))['state_dict']['weight'].tolist() == [
        1, 1
    ]


def test_unreadable_files_are_named(tmp_path):
    whole = tmp_path / 'whole.pth'
    torch.save(dict(state_dict=dict(weight=torch.ones(1000))), whole)
    truncated = tmp_path / 'truncated.pth'
    truncated.write_bytes(whole.read_bytes()[:2000])
    with pytest.raises(UsageError, match='truncated.pth cannot be read'):
        read_checkpoint(str(truncated))
    with pytest.raises(UsageError, match='no checkpoint at .*absent.pth'):
        read_checkpoint(str(tmp_path / 'absent.pth'))
    tensor = tmp_path / 'tensor.pth'
    torch.save(torch.ones(1), tensor)
    with pytest.raises(UsageError, match='holds a Tensor'):
        read_checkpoint(str(tensor))


def save(tmp_path, state_dict):
    path = tmp_path / 'model.pth'
    torch.save(dict(state_dict=state_dict), path)
    return str(path)


def test_fitting_checkpoints(tmp_path):
    plain = MODELS.build(classifier_cfg('none'))
    state_dict = plain.state_dict()
    check_checkpoint_fits(save(tmp_path, state_dict), plain)
    beside = dict(state_dict, **{'auxiliary.weight': torch.ones(1)})
    check_checkpoint_fits(save(tmp_path, beside), plain)
    parallel = {f'module.{key}': value for key, value in state_dict.items()}
    check_checkpoint_fits(save(tmp_path, parallel), plain)


@pytest.mark.parametrize('other, message', [
    (classifier_cfg('projection'), 'has, unlike the config,.*downsample'),
    (dict(classifier_cfg('none'), neck=None, head=None), 'lacks head.fc'),
    (classifier_cfg('none', in_channels=1), 'another shape of.*conv1'),
])
def test_checkpoints_of_other_models_are_refused(tmp_path, other, message):
    path = save(tmp_path, MODELS.build(other).state_dict())
    with pytest.raises(UsageError, match=message):
        check_checkpoint_fits(path, MODELS.build(classifier_cfg('none')))


def test_writing_leaves_nothing_unfinished(tmp_path):
    path = tmp_path / 'new' / 'model.pth'
    write_checkpoint(dict(state_dict={}), str(path))
    with pytest.raises(Exception):
        write_checkpoint(dict(state_dict=lambda: 0), str(path))
    assert torch.load(path) == dict(state_dict={})
    assert [file.name for file in path.parent.iterdir()] == ['model.pth']
