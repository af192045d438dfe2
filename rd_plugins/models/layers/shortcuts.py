"""Shortcuts without parameters, where the shape changes."""
import torch
import torch.nn.functional as F
from torch import nn


class PadShortcut(nn.Module):
    """Shortcut without parameters: subsample, then pad channels with zeros.

    Option A of `Deep Residual Learning for Image Recognition
    <https://arxiv.org/abs/1512.03385>`_, Sec. 3.3 and 4.2.

    Args:
        in_channels (int): Channels of the input.
        out_channels (int): Channels of the output; half of the padding comes
            before the old channels, half after them.
        stride (int): Stride in both directions: every stride-th pixel is kept.
    """

    def __init__(self, in_channels: int, out_channels: int,
                 stride: int) -> None:
        super().__init__()
        extra = out_channels - in_channels
        self.before = extra // 2
        self.after = extra - self.before
        self.stride = stride

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C_in, H, W) -> (N, C_out, H / stride, W / stride)."""
        x = x[:, :, ::self.stride, ::self.stride]
        return F.pad(x, (0, 0, 0, 0, self.before, self.after))

    def extra_repr(self) -> str:
        """Show the numbers when the module is printed."""
        return f'pad=({self.before}, {self.after}), stride={self.stride}'


class PoolPadShortcut(PadShortcut):
    """Shortcut without parameters: average pooling, then zero channels.

    For the arguments see :class:`PadShortcut`. H and W are multiples of the
    stride: a strided convolution rounds up, pooling down.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C_in, H, W) -> (N, C_out, H / stride, W / stride)."""
        x = F.avg_pool2d(x, self.stride)
        return F.pad(x, (0, 0, 0, 0, self.before, self.after))
