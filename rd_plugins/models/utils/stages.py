"""Running a backbone by stages.

A stage is addressed by its index. Every backbone with MMPretrain's attributes
``res_layers`` and ``out_indices`` will do.
"""
from contextlib import contextmanager
from typing import Iterator, List, Sequence, Tuple

import torch
from torch import nn

from rd_plugins.utils.errors import UsageError


def num_stages(backbone: nn.Module) -> int:
    """The number of stages of a backbone.

    Raises:
        UsageError: If the backbone is not made of stages.
    """
    if not hasattr(backbone, 'res_layers'):
        raise UsageError(
            f'{type(backbone).__name__} has no stages to cut at (no attribute '
            '`res_layers`); use a ResNet of MMPretrain or of rd_plugins.')
    return len(backbone.res_layers)


def get_stage(backbone: nn.Module, index: int) -> nn.Sequential:
    """The stage of that index, counted from 0 or, if negative, the end."""
    return getattr(backbone, backbone.res_layers[index])


def output_all_stages(backbone: nn.Module) -> None:
    """Make a backbone return the output of every stage."""
    backbone.out_indices = tuple(range(num_stages(backbone)))


def run_stage(backbone: nn.Module, index: int,
              x: torch.Tensor) -> torch.Tensor:
    """Send the output of stage ``index - 1`` through stage ``index``."""
    return get_stage(backbone, index)(x)


def run_first_stages(backbone: nn.Module, inputs: torch.Tensor,
                     count: int) -> Tuple[torch.Tensor, ...]:
    """Run the stem and the first stages of a backbone, and no more.

    Args:
        backbone (nn.Module): A backbone that outputs all stages.
        inputs (Tensor): Shape (N, C, H, W).
        count (int): How many stages.

    Returns:
        tuple[Tensor]: Their outputs.
    """
    names = backbone.res_layers
    backbone.res_layers = names[:count]
    try:
        return backbone(inputs)
    finally:
        backbone.res_layers = names


def run_tails(backbone: nn.Module,
              feats: Sequence[torch.Tensor],
              share: bool = True) -> List[torch.Tensor]:
    """Send the outputs of another backbone's stages through the later ones.

    Args:
        backbone (nn.Module): The backbone whose stages k+1..S are run.
        feats (Sequence[Tensor]): S stage outputs of shape (N, C, H, W); the
            k-th enters stage k+1, the last is not used.
        share (bool): Join them at each cut on the batch axis, so that a stage
            runs once for all of them. The numbers are the same as long as
            the backbone is in eval mode. Defaults to True.

    Returns:
        list[Tensor]: S-1 outputs of the last stage, in the order of k.
    """
    last = len(feats)
    if share:
        joined = feats[0]
        for index in range(1, last):
            joined = run_stage(backbone, index, joined)
            if index < last - 1:
                joined = torch.cat((joined, feats[index]))
        return list(joined.chunk(last - 1))
    outputs = []
    for first in range(1, last):
        output = feats[first - 1]
        for index in range(first, last):
            output = run_stage(backbone, index, output)
        outputs.append(output)
    return outputs


def last_norm(backbone: nn.Module) -> nn.Module:
    """The norm layer that closes the main path of the last block."""
    block = get_stage(backbone, -1)[-1]
    return block.norm3 if hasattr(block, 'conv3') else block.norm2


@contextmanager
def last_pre_activation(backbone: nn.Module) -> Iterator[List[torch.Tensor]]:
    """Record what enters the last ReLU of a backbone.

    The blocks of a ResNet use one in-place ReLU several times; the last entry
    of the yielded list is the input of its last use, before it is overwritten.

    Args:
        backbone (nn.Module): The backbone.

    Yields:
        list[Tensor]: Filled while the backbone runs inside the context.
    """
    recorded: List[torch.Tensor] = []
    handle = get_stage(backbone, -1)[-1].relu.register_forward_pre_hook(
        lambda _, args: recorded.append(args[0].clone()))
    try:
        yield recorded
    finally:
        handle.remove()
