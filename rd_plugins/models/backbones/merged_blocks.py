"""Plain blocks that carry their input along in channels of their own.

They are what is left of residual blocks after reserving and merging, see
:mod:`rd_plugins.shipping.merge_shortcuts`.
"""
from typing import Optional

from torch import nn

from .plain_blocks import PlainBasicBlock, PlainBottleneck


def widened(conv: nn.Conv2d,
            in_channels: Optional[int] = None,
            out_channels: Optional[int] = None,
            groups: int = 1) -> nn.Conv2d:
    """A new convolution with bias like another one, but wider."""
    return nn.Conv2d(
        in_channels or conv.in_channels,
        out_channels or conv.out_channels,
        conv.kernel_size,
        conv.stride,
        conv.padding,
        conv.dilation,
        groups=groups)


class MergedBasicBlock(PlainBasicBlock):
    """Two 3x3 convolutions; ``conv1`` puts out the block's input as well."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        width = self.mid_channels + self.in_channels
        self.conv1 = widened(self.conv1, out_channels=width)
        self.conv2 = widened(self.conv2, in_channels=width)
        for name in (self.norm1_name, self.norm2_name):
            setattr(self, name, nn.Identity())


class MergedBottleneck(PlainBottleneck):
    """1x1, 3x3, 1x1 convolutions; two of them put out the input as well.

    The 3x3 convolution has groups as wide as the residual block's: one does
    its work, the others hand the input on. Where the input is no multiple of
    that width it has one group.
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
    """A merged block where there was a projection, else a plain one."""
    return (plain if downsample is None else merged)(*args, **kwargs)
