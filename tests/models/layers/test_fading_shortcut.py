import pytest
import torch
from torch import nn

from rd_plugins.models.layers import FadingShortcut
from rd_plugins.utils.errors import UsageError


def blocks():
    """An identity, and a projection whose gradients processes wait for."""
    return FadingShortcut(), FadingShortcut(nn.Conv2d(2, 2, 1))


def test_what_is_gone_is_not_computed():
    """But for projections in training."""
    out, x = torch.randn(2, 1, 2, 3, 3)
    for module in blocks():
        assert module.eval()(out, x) is out
        module.train().fade(0.5)
        torch.testing.assert_close(
            module(out, x), out + 0.5 * module.shortcut(x))
        module.fade(0)
        assert module.eval()(out, x) is out
    identity, projection = (module.train() for module in blocks())
    identity.fade(0)
    assert identity(out, x) is out
    projection.fade(0)
    projection(out, x).sum().backward()
    assert not projection.shortcut.weight.grad.any()


def test_training_has_to_say_how_far_it_is():
    x = torch.ones(1, 2, 3, 3)
    with pytest.raises(UsageError, match='FadeHook'):
        FadingShortcut()(x, x)
