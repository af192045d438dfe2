import pytest
import torch
from torch import nn

from rd_plugins.models.utils import relative_difference
from rd_plugins.shipping.verify import check_same_outputs
from rd_plugins.utils.errors import UsageError


def test_relative_difference():
    expected = torch.tensor([1., -4.])
    found = torch.tensor([1.5, -4.])
    assert relative_difference(expected, found) == 0.5 / 4
    assert relative_difference(expected, expected) == 0
    assert relative_difference(torch.zeros(2), torch.zeros(2)) == 0
    for wrong in (torch.zeros(3), torch.tensor([1., float('nan')])):
        assert relative_difference(expected, wrong) == float('inf')


def test_outputs_are_compared_in_float64_on_copies():
    original, converted = nn.Linear(3, 2), nn.Linear(3, 2)
    converted.load_state_dict(original.state_dict())
    images = torch.randn(4, 3)
    assert check_same_outputs(original, converted, images, 0) == 0
    assert original.weight.dtype == torch.float
    with torch.no_grad():
        converted.weight[0, 0] *= 1 + 1e-3
    with pytest.raises(UsageError, match='differ by .* 1e-06 is allowed'):
        check_same_outputs(original, converted, images, 1e-6)
    assert 0 < check_same_outputs(original, converted, images, 0.1) < 0.1
