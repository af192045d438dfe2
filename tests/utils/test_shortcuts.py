from inspect import signature

import pytest
import torch
from mmpretrain.registry import MODELS

from rd_plugins.utils.checkpoint import check_checkpoint_fits, fitting_weights
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.shortcuts import (DEFAULTS, NAMES, built_shortcuts,
                                        recorded_shortcuts, shortcuts_of)
from tests.helpers.models import classifier_cfg, recorded


def test_defaults_are_those_of_the_classes():
    for name, default in DEFAULTS.items():
        cls = MODELS.get(f'rd_plugins.{name}') or MODELS.get(name)
        option = signature(cls).parameters.get('shortcut')
        assert default == (option.default if option else 'all'), name


@pytest.mark.parametrize('kind, shortcut, expected', [
    ('rd_plugins.CifarResNet', None, 'all'),
    ('rd_plugins.CifarResNet', 'pad', 'all'),
    ('rd_plugins.models.backbones.CifarResNet', 'none', 'none'),
    ('PlainResNet', None, 'none'),
    ('rd_plugins.PlainResNet', 'downsample', 'downsample'),
    ('rd_plugins.PlainResNet_CIFAR', 'fading', 'none'),
    ('ResNet', None, 'all'),
    ('VisionTransformer', None, None),
])
def test_shortcuts_of(kind, shortcut, expected):
    assert shortcuts_of(kind, shortcut) == expected


@pytest.mark.parametrize('file, config', [('pad', 'none'), ('none', 'pad')])
def test_networks_with_the_same_keys_are_told_apart(tmp_path, file, config):
    """The paths are as many and as wide; only the shortcuts differ."""
    built = MODELS.build(classifier_cfg(config))
    theirs = MODELS.build(classifier_cfg(file)).state_dict()
    assert theirs.keys() == built.state_dict().keys()
    path = tmp_path / 'file.pth'
    torch.save(dict(meta=recorded(file), state_dict=theirs), path)
    found = NAMES[shortcuts_of('CifarResNet', file)]
    with pytest.raises(UsageError,
                       match=f'holds {found} and the config builds a'):
        check_checkpoint_fits(str(path), built)
    check_checkpoint_fits(str(path), MODELS.build(classifier_cfg(file)))


def test_the_stamp_speaks_where_no_config_is_recorded():
    plain = MODELS.build(classifier_cfg('none'))
    weights = plain.state_dict()
    for meta in ({}, dict(shortcuts='none'), dict(shortcuts=['all']),
                 dict(cfg='nonsense('), recorded('none')):
        fitting_weights(dict(meta=meta, state_dict=weights), plain, 'it')
    with pytest.raises(UsageError, match='it holds a residual network'):
        fitting_weights(dict(meta=dict(shortcuts='all'), state_dict=weights),
                        plain, 'it')
    # What was converted keeps the record of what it is now.
    assert recorded_shortcuts(dict(recorded('none'), shortcuts='all')) == (
        'none')


def test_a_fading_student_ends_as_a_plain_network():
    model = MODELS.build(classifier_cfg('fading_pad'))
    assert built_shortcuts(model) == 'none'
    assert recorded_shortcuts(recorded('fading_pad')) == 'none'
