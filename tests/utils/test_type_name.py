"""The names of types in configs."""
import pytest
from torch import nn

from rd_plugins.utils.type_name import type_name


@pytest.mark.parametrize('cfg, name', [
    (dict(type='Conv2d'), 'Conv2d'), (dict(type='torch.nn.Conv2d'), 'Conv2d'),
    (dict(type=nn.Conv2d), 'Conv2d'), ({}, 'None')])
def test_a_class_has_the_name_that_a_string_has(cfg, name):
    assert type_name(cfg) == name
