import pytest
import torch

from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.weights import (check_are_weights,
                                      check_shortcuts_are_gone, is_auxiliary,
                                      is_fade_weight, read_weights)

FADING = 'backbone.layer1.0.auxiliary.weight'


def test_what_only_trains_is_told_by_its_key():
    assert is_auxiliary(FADING) and is_fade_weight(FADING)
    # A projection that fades, an objective's own module, a plain layer, and
    # one that is only called like that
    for key, auxiliary in (('layer2.0.auxiliary.shortcut.0.weight', True),
                           ('auxiliary.feature.connect.weight', True),
                           ('backbone.conv1.weight', False),
                           ('head.auxiliary', False)):
        assert is_auxiliary(key) == auxiliary
        assert not is_fade_weight(key)


def test_weights_are_read_without_the_prefix_of_processes(tmp_path):
    path = tmp_path / 'weights.pth'
    torch.save(dict(state_dict={'module.fc.bias': torch.ones(2)}), path)
    assert list(read_weights(str(path))) == ['fc.bias']


@pytest.mark.parametrize('weight, refused', [(0.0, False), (0.25, True)])
def test_shortcuts_that_have_not_faded_are_refused(weight, refused):
    weights = {FADING: torch.tensor(weight), 'fc.bias': torch.ones(2)}
    if not refused:
        return check_shortcuts_are_gone(weights, 'here')
    with pytest.raises(UsageError, match='has faded to 0.25 only'):
        check_shortcuts_are_gone(weights, 'here')


@pytest.mark.parametrize('found, message', [
    ({}, 'holds no weights'), ({'fc.bias': [1.0]}, 'fc.bias is a list')])
def test_only_tensors_are_weights(found, message):
    with pytest.raises(UsageError, match=message):
        check_are_weights(found, 'here')
