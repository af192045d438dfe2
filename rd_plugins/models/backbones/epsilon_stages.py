"""The base class of ε-ResNets: gates, stages and the forward pass."""
from typing import Iterator, List, Optional, Sequence, Tuple

import torch
import torch.nn.functional as F
from mmcv.cnn import build_conv_layer, build_norm_layer
from mmpretrain.models.backbones.base_backbone import BaseBackbone
from torch import nn

from rd_plugins.models.layers import EndOfStep, GateStates, StrictIdentity
from rd_plugins.models.utils.fold import Deployable
from rd_plugins.utils.errors import UsageError, check_choice, check_number
from .pre_act_block import PreActBlock


class EpsilonStages(Deployable, BaseBackbone):
    """A pre-activation ResNet with a gate on every block.

    A subclass builds the stem with :meth:`_make_stem` and the stages with
    :meth:`_add_stage`, and sets ``default_side_block``.

    Args:
        counts (Sequence[int]): Number of blocks in each stage.

    For the other arguments see :class:`EpsilonResNet_CIFAR`.

    Attributes:
        declared_blocks (list[str]): Names of all blocks, such as
            ``'layer2.9'``.
        blocks (list[str]): Names of the blocks with a residual branch.
    """
    conv_norm_pairs = (('conv1', 'norm1'), )

    def __init__(self,
                 counts: Sequence[int],
                 epsilon: float,
                 gate: bool,
                 gate_scope: str,
                 eval_gates: str,
                 removed_blocks: Sequence[str],
                 out_indices: Optional[Sequence[int]],
                 conv_cfg: Optional[dict],
                 norm_cfg: dict,
                 init_cfg) -> None:
        owner = type(self).__name__
        check_choice(owner, 'gate_scope', gate_scope, ('local', 'global'))
        check_choice(owner, 'eval_gates', eval_gates, ('frozen', 'dynamic'))
        check_number(owner, 'epsilon', epsilon, at_least=0,
                     hint='Usually it is from 1.5 to 3.')
        if out_indices is None:
            out_indices = (len(counts) - 1, )
        for index in out_indices:
            check_choice(owner, 'out_indices entry', index,
                         range(len(counts)))
        self.declared_blocks = [
            f'layer{stage}.{index}' for stage, count in enumerate(counts, 1)
            for index in range(count)
        ]
        for name in removed_blocks:
            if name not in self.declared_blocks:
                raise UsageError(
                    f'{owner} has no block {name!r} to remove; it has '
                    f'{self.declared_blocks[0]} to '
                    f'{self.declared_blocks[-1]}, with '
                    f'{", ".join(map(str, counts))} blocks in its stages.')
        super().__init__(init_cfg)
        self.num_stages = len(counts)
        self.removed_blocks = frozenset(removed_blocks)
        self.num_blocks = sum(counts) - len(self.removed_blocks)
        self.epsilon = epsilon
        self.out_indices = tuple(out_indices)
        self.conv_cfg = conv_cfg
        self.norm_cfg = norm_cfg
        self.gates = GateStates(self.num_blocks, epsilon, eval_gates,
                                gate_scope) if gate else None
        self.blocks: List[str] = []
        self.res_layers: List[str] = []

    def _add_stage(self, in_channels: int, blocks: Sequence[dict]) -> int:
        """Add a stage.

        Args:
            in_channels (int): Channels of its input.
            blocks (Sequence[dict]): Further arguments of each
                :class:`PreActBlock`.

        Returns:
            int: Channels of its output.
        """
        stage = nn.Sequential()
        name = f'layer{len(self.res_layers) + 1}'
        for index, options in enumerate(blocks):
            removed = f'{name}.{index}' in self.removed_blocks
            if removed and options.get('shortcut') is None:
                continue  # what remains is the identity
            gate = None
            if self.gates is not None and not removed:
                gate = StrictIdentity(self.gates, len(self.blocks))
            block = PreActBlock(
                in_channels, gate=gate, removed=removed,
                conv_cfg=self.conv_cfg, norm_cfg=self.norm_cfg, **options)
            # Named as without removals, so that the names of weights match.
            stage.add_module(str(index), block)
            if not removed:
                self.blocks.append(f'{name}.{index}')
            in_channels = block.out_channels
        if len(self.res_layers) + 1 == self.num_stages:
            # Within the last stage, so that the backbone is the stem and the
            # stages in a row.
            stage.add_module('norm',
                             build_norm_layer(self.norm_cfg, in_channels)[1])
            stage.add_module('relu', nn.ReLU(inplace=True))
            if self.gates is not None:
                stage.add_module('end_of_step', EndOfStep(self.gates))
        self.add_module(name, stage)
        self.res_layers.append(name)
        return in_channels

    def _make_stem(self, in_channels: int, channels: int, kernel: int,
                   stride: int) -> None:
        self.conv1 = build_conv_layer(
            self.conv_cfg, in_channels, channels, kernel, stride=stride,
            padding=kernel // 2, bias=False)
        self.norm1 = build_norm_layer(self.norm_cfg, channels)[1]

    def stem(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W), images -> the input of the first stage."""
        return F.relu(self.norm1(self.conv1(x)), inplace=True)

    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, ...]:
        """Run the network.

        Args:
            x (Tensor): Shape (N, C, H, W).

        Returns:
            tuple[Tensor]: The outputs of the stages in ``out_indices``. Only
            the last stage ends with a norm and ReLU.
        """
        outputs = []
        x = self.stem(x)
        for index, name in enumerate(self.res_layers):
            x = getattr(self, name)(x)
            if index in self.out_indices:
                outputs.append(x)
        return tuple(outputs)

    def set_epsilon(self, epsilon: float) -> None:
        """Change the threshold of all gates, as a schedule does."""
        if self.gates is not None:
            self.gates.epsilon.fill_(epsilon)

    def dead_blocks(self) -> List[str]:
        """Names of the dead blocks, in order.

        They are not computed any more and stay dead.
        """
        return self._named('dead')

    def closed_blocks(self) -> List[str]:
        """Names of the blocks that evaluation skips, in order.

        The dead ones, and those that were closed in at least half of the last
        steps. With frozen gates, the network without their residual branches
        has the same outputs.
        """
        return self._named('closed')

    def dead_parameters(self) -> Iterator[nn.Parameter]:
        """The parameters that no loss depends on any more."""
        for name in self.dead_blocks():
            for module in self.get_submodule(name).residual_modules:
                yield from module.parameters()

    def _named(self, state: str) -> List[str]:
        if self.gates is None:
            return []
        chosen = self.gates.closed() if state == 'closed' else self.gates.dead
        return [
            name for name, is_chosen in zip(self.blocks, chosen.tolist())
            if is_chosen
        ]

    def train(self, mode: bool = True):
        """Set the mode and, unlike the base class, return the module."""
        super().train(mode)
        return self
