"""Plain blocks that pass their input on in additional channels.

Residual blocks become such blocks by reserving and merging, see
:mod:`rd_plugins.shipping.merge_shortcuts`.
"""
from typing import Optional

from torch import nn

from .plain_blocks import PlainBasicBlock, PlainBottleneck


def widened(conv: nn.Conv2d,
            in_channels: Optional[int] = None,
            out_channels: Optional[int] = None,
            groups: int = 1) -> nn.Conv2d:
    """A new convolution with bias, like ``conv`` but with other channels."""
    return nn.Conv2d(
        in_channels or conv.in_channels,
        out_channels or conv.out_channels,
        conv.kernel_size,
        conv.stride,
        conv.padding,
        conv.dilation,
        groups=groups)


class MergedBasicBlock(PlainBasicBlock):
    """Two 3x3 convolutions; ``conv1`` also outputs the block's input."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        width = self.mid_channels + self.in_channels
        self.conv1 = widened(self.conv1, out_channels=width)
        self.conv2 = widened(self.conv2, in_channels=width)
        for name in (self.norm1_name, self.norm2_name):
            setattr(self, name, nn.Identity())


class MergedBottleneck(PlainBottleneck):
    """1x1, 3x3, 1x1 convolutions; the first two also output the input.

    The groups of the 3x3 convolution are as wide as the residual block's
    convolution: one group has its weights, the others copy the input. If the
    input channels are no multiple of that width, there is one group.
    """

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        width = self.mid_channels + self.in_channels
        is_multiple = self.in_channels % self.mid_channels == 0
        groups = width // self.mid_channels if is_multiple else 1
        self.conv1 = widened(self.conv1, out_channels=width)
        self.conv2 = widened(self.conv2, width, width, groups)
        self.conv3 = widened(self.conv3, in_channels=width)
        for name in (self.norm1_name, self.norm2_name, self.norm3_name):
            setattr(self, name, nn.Identity())


def merge_projection(plain: type,
                     merged: type,
                     *args,
                     downsample: Optional[nn.Module] = None,
                     **kwargs) -> nn.Module:
    """Build a merged block if there is a projection, else a plain block."""
    return (plain if downsample is None else merged)(*args, **kwargs)
