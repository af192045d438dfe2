"""Conversion of a residual network to a plain one with the same outputs.

Reserving and merging, after `RMNet: Equivalently Removing Residual Connection
from Networks <https://arxiv.org/abs/2111.00687>`_. With norms folded, a basic
block computes, for an input x >= 0 (it comes from a ReLU),

    y = relu(W2 * relu(W1 * x + b1) + b2 + S x_s + s)

where S x_s + s is its shortcut: S = 1 where the shape stays, a 1x1
convolution or a padding of channels where it changes, and x_s is every s-th
pixel of x. Reserve: W1 gets one more output channel for each channel of x,
whose kernel is 1 in its centre and 0 elsewhere. Its output is x_s, which ReLU
does not change. Merge: W2 gets these as input channels, with S in the centre
of its kernel:

    y = relu([W2, S] * relu([W1; 1] * x + [b1; 0]) + b2 + s)

This is exact. In a bottleneck, the middle convolution passes x on in the same
way.
"""
from typing import Dict, Optional, Tuple

import torch
from mmpretrain.models.backbones import (ResNet, ResNet_CIFAR, ResNetV1c,
                                         ResNetV1d)
from torch import Tensor, nn

from rd_plugins.models import CifarResNet, PlainResNet, PlainResNet_CIFAR
from rd_plugins.models.backbones.merged_blocks import (MergedBasicBlock,
                                                       MergedBottleneck)
from rd_plugins.models.layers import PadShortcut
from rd_plugins.models.utils import folded_copy
from rd_plugins.utils.errors import UsageError

# The plain backbone that replaces a residual one, and its options.
TARGETS = {
    ResNet: ('PlainResNet', {}),
    ResNetV1c: ('PlainResNet', dict(deep_stem=True, avg_down=False)),
    ResNetV1d: ('PlainResNet', dict(deep_stem=True, avg_down=True)),
    ResNet_CIFAR: ('PlainResNet_CIFAR', {}),
    PlainResNet: ('PlainResNet', {}),
    PlainResNet_CIFAR: ('PlainResNet_CIFAR', {}),
    CifarResNet: ('CifarResNet', {}),
}
# Options of training, of shortcuts or of the type that is replaced, which the
# plain backbone does not need.
DROPPED = ('init_cfg', 'block_conv_cfg', 'zero_init_residual',
           'drop_path_rate', 'of')


def merged_backbone_cfg(backbone: nn.Module, cfg: dict) -> dict:
    """The config of the plain backbone that replaces a residual one.

    Args:
        backbone (nn.Module): The backbone.
        cfg (dict): Its config.

    Returns:
        dict: The config of a plain backbone with merged shortcuts.

    Raises:
        UsageError: If the backbone is of another kind, or has no shortcuts.
    """
    kind = type(backbone)
    if kind not in TARGETS:
        raise UsageError(
            f'The shortcuts of {kind.__name__} cannot be removed; only those '
            f'of {", ".join(cls.__name__ for cls in TARGETS)} can.')
    before = getattr(backbone, 'shortcut', 'projection')
    if before == 'none' or before.startswith('merged'):
        raise UsageError(f'{kind.__name__} with shortcut={before!r} has no '
                         'shortcuts to remove; deploy it as it is.')
    name, options = TARGETS[kind]
    cfg = {key: value for key, value in cfg.items() if key not in DROPPED}
    return dict(
        cfg,
        type=f'rd_plugins.{name}',
        shortcut='merged_downsample' if before == 'downsample' else 'merged',
        deploy=True,
        **options)


def _shortcut(block: nn.Module) -> Tuple[Tensor, Tensor, Optional[int]]:
    """S, shape (C_out, C_in), s, shape (C_out, ), and the size of a pooling.

    The stride of the shortcut is that of the block.
    """
    like = block.conv1.weight
    bias = like.new_zeros(block.out_channels)
    downsample = block.downsample
    if downsample is None:
        return torch.eye(block.in_channels).to(like), bias, None
    if isinstance(downsample, PadShortcut):
        matrix = like.new_zeros(block.out_channels, block.in_channels)
        first = downsample.before
        matrix[first:first + block.in_channels].fill_diagonal_(1)
        return matrix, bias, None
    *pooling, conv, _ = downsample
    return (conv.weight[:, :, 0, 0], conv.bias,
            pooling[0].kernel_size if pooling else None)


def _carrying_kernel(conv: nn.Conv2d, pooling: Optional[int]) -> Tensor:
    """The kernel that copies one channel, or pools it as the shortcut does.

    A 2x2 average pooling reads the centre pixel and those to its right and
    below, which fit into a 3x3 kernel.
    """
    kernel = conv.weight.new_zeros(conv.kernel_size)
    centre = conv.kernel_size[0] // 2
    size = pooling if pooling and max(conv.stride) > 1 else 1
    if centre + size > conv.kernel_size[0] or (size > 1
                                               and conv.dilation != (1, 1)):
        raise UsageError(
            f'A {size}x{size} pooling in a shortcut does not fit into a '
            f'{conv.kernel_size[0]}x{conv.kernel_size[1]} convolution with '
            f'dilation {conv.dilation[0]}; this network keeps its shortcuts.')
    kernel[centre:centre + size, centre:centre + size] = 1 / size**2
    return kernel


@torch.no_grad()
def _fill(merged: nn.Module, block: nn.Module) -> None:
    """Set the weights of a merged block from those of a residual one."""
    matrix, bias, pooling = _shortcut(block)
    width = block.mid_channels
    names = [f'conv{index}' for index in '123'
             if hasattr(block, f'conv{index}')]
    convs = [(getattr(block, name), getattr(merged, name)) for name in names]
    for _, wide in convs:
        nn.init.zeros_(wide.weight)
        nn.init.zeros_(wide.bias)
    for index, (conv, wide) in enumerate(convs[:-1]):
        wide.weight[:width, :conv.in_channels] = conv.weight
        wide.bias[:width] = conv.bias
        kernel = _carrying_kernel(conv, pooling)
        inputs_per_group = wide.in_channels // wide.groups
        for channel in range(block.in_channels):
            source = channel if index == 0 else width + channel
            wide.weight[width + channel, source % inputs_per_group] = kernel
    conv, wide = convs[-1]
    centre = wide.kernel_size[0] // 2
    wide.weight[:, :width] = conv.weight
    wide.weight[:, width:, centre, centre] = matrix
    wide.bias.copy_(conv.bias + bias)


def merged_state_dict(backbone: nn.Module,
                      merged: nn.Module) -> Dict[str, Tensor]:
    """Fill a plain backbone with the merged weights of a residual one.

    Args:
        backbone (nn.Module): The trained residual backbone; not changed.
        merged (nn.Module): A plain backbone of the same dtype, built from
            :func:`merged_backbone_cfg`; filled in place.

    Returns:
        dict[str, Tensor]: The state dict of ``merged``.
    """
    folded = folded_copy(backbone)
    for name in folded.res_layers:
        for block, target in zip(
                getattr(folded, name), getattr(merged, name)):
            if isinstance(target, (MergedBasicBlock, MergedBottleneck)):
                _fill(target, block)
            else:
                target.load_state_dict(block.state_dict())
    rest = {
        key: value
        for key, value in folded.state_dict().items()
        if key.split('.')[0] not in folded.res_layers
    }
    merged.load_state_dict(dict(merged.state_dict(), **rest), strict=True)
    return merged.state_dict()
