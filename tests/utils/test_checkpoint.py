import pytest
import torch
from mmpretrain.registry import MODELS

from rd_plugins.utils.checkpoint import check_checkpoint_fits
from rd_plugins.utils.errors import UsageError
from tests.helpers.models import classifier_cfg


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
