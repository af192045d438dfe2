"""Blocks of MMPretrain's residual networks, with a gate or without a branch.

A gated block is the stock block, of a class derived from its own: its modules,
and the names of its weights, stay.
"""
from dataclasses import dataclass
from functools import lru_cache
from typing import Callable, Dict, Iterator, List, Optional

import torch
from mmpretrain.models.backbones.convnext import ConvNeXtBlock
from mmpretrain.models.backbones.mobilenet_v2 import InvertedResidual
from mmpretrain.models.backbones.resnet import BasicBlock, Bottleneck
from mmpretrain.models.backbones.seresnet import SEBottleneck
from torch import nn

from rd_plugins.models.layers import EndOfStep, StrictIdentity

# The modules of a block that are not in its residual branch.
BESIDE = ('downsample', 'relu', 'gate', 'end_of_step')


@dataclass
class Branch:
    """Where the residual branch of a kind of blocks is.

    Args:
        end (str): The last module in the branch, before the addition.
        channels (Callable): The channels of a block's output.
        is_residual (Callable): Whether a block has a shortcut at all.
    """
    end: str
    channels: Callable[[nn.Module], int]
    is_residual: Callable[[nn.Module], bool] = lambda block: True


BRANCHES: Dict[type, Branch] = {
    BasicBlock: Branch('drop_path', lambda block: block.out_channels),
    Bottleneck: Branch('drop_path', lambda block: block.out_channels),
    SEBottleneck: Branch('se_layer', lambda block: block.out_channels),
    InvertedResidual: Branch('conv', lambda block: block.conv[-1].out_channels,
                             lambda block: block.use_res_connect),
    ConvNeXtBlock: Branch('drop_path',
                          lambda block: block.depthwise_conv.out_channels),
}


def branch_of(module: nn.Module) -> Optional[Branch]:
    """Where the residual branch of a block is; None if it has none."""
    kind = next((kind for kind in type(module).__mro__ if kind in BRANCHES),
                None)
    found = BRANCHES.get(kind)
    return found if found and found.is_residual(module) else None


class Shortcut(nn.Module):
    """What is left of a block without its residual branch.

    Args:
        block (nn.Module): The block; its projection, if it has one, and the
            activation after the addition are kept under their names.
    """

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        self.out_channels = branch_of(block).channels(block)
        self.downsample = getattr(block, 'downsample', None)
        if self.downsample is not None:
            self.relu = block.relu

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C_in, H, W) -> (N, C_out, H / stride, W / stride)."""
        return _shortcut(self, x)


def _shortcut(block: nn.Module, x: torch.Tensor) -> torch.Tensor:
    # Where there is no projection, x has been activated by the block before.
    projection = getattr(block, 'downsample', None)
    return x if projection is None else block.relu(projection(x))


class GatedBlock:
    """Mixin before the class of a block; see :func:`add_gate`."""

    @property
    def residual_names(self) -> List[str]:
        """Names of the modules that are not needed once the block is dead."""
        return [name for name, _ in self.named_children()
                if name not in BESIDE]

    def residual_parameters(self) -> Iterator[nn.Parameter]:
        """The parameters of these modules, and the block's own."""
        yield from self.parameters(recurse=False)
        for name in self.residual_names:
            yield from getattr(self, name).parameters()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Run the block, or its shortcut alone."""
        out = _shortcut(self, x) if self.gate.skipped else super().forward(x)
        return self.end_of_step(out)


@lru_cache(maxsize=None)
def _gated(kind: type) -> type:
    return type(f'Gated{kind.__name__}', (GatedBlock, kind), {})


def add_gate(block: nn.Module, gate: StrictIdentity) -> None:
    """Put a gate at the end of a block's residual branch, in place."""
    branch = branch_of(block)
    block.out_channels = branch.channels(block)
    block.__class__ = _gated(type(block))
    block.gate = gate
    is_last = gate.index == len(gate.states.dead) - 1
    block.end_of_step = EndOfStep(gate.states) if is_last else nn.Identity()
    # The gate belongs to the block; here it only gets what the branch gives.
    getattr(block, branch.end).register_forward_hook(GateAtEnd(gate))


class GateAtEnd:
    """A forward hook that lets the output of a module through a gate."""

    def __init__(self, gate: StrictIdentity) -> None:
        self.gate = gate

    def __call__(self, module: nn.Module, args: tuple,
                 output: torch.Tensor) -> torch.Tensor:
        return self.gate(output)
