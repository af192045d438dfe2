import torch

from rd_plugins.models.layers import PadShortcut, PoolPadShortcut


def test_pad_shortcut_is_option_a():
    x = torch.randn(2, 16, 8, 8)
    y = PadShortcut(16, 32, 2)(x)
    assert torch.equal(y[:, 8:24], x[:, :, ::2, ::2])
    assert not y[:, :8].any() and not y[:, 24:].any()


def test_pool_pad_shortcut_averages():
    x = torch.randn(2, 4, 8, 8)
    y = PoolPadShortcut(4, 7, 2)(x)
    expected = x.unflatten(2, (4, 2)).unflatten(4, (4, 2)).mean((3, 5))
    torch.testing.assert_close(y[:, 1:5], expected)
    assert not y[:, :1].any() and not y[:, 5:].any()
