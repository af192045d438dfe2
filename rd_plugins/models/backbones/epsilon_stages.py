"""The base class of ε-ResNets: gates, stages and the forward pass."""
from typing import List, Optional, Sequence, Tuple

import torch
import torch.nn.functional as F
from mmcv.cnn import build_conv_layer, build_norm_layer, is_norm
from mmpretrain.models.backbones.base_backbone import BaseBackbone
from torch import nn

from rd_plugins.models.layers import EndOfStep, StrictIdentity
from rd_plugins.models.utils.fold import Deployable
from rd_plugins.utils.errors import check_choice
from .gated_network import GatedNetwork
from .pre_act_block import PreActBlock

INIT_CFG = [
    dict(type='Kaiming', layer=['Conv2d']),
    dict(type='Constant', val=1, layer=['_BatchNorm', 'GroupNorm'])
]


class EpsilonStages(GatedNetwork, Deployable, BaseBackbone):
    """A pre-activation ResNet with a gate on every block.

    A subclass builds the stem with :meth:`_make_stem` and the stages with
    :meth:`_add_stage`, and sets ``default_side_block``.

    Args:
        counts (Sequence[int]): Number of blocks in each stage.

    For the other arguments see :class:`EpsilonResNet_CIFAR`, for attributes
    :class:`GatedNetwork`.
    """
    conv_norm_pairs = (('conv1', 'norm1'), )

    def __init__(self,
                 counts: Sequence[int],
                 epsilon: float,
                 /,
                 *,
                 gate: bool = True,
                 gate_scope: str = 'local',
                 eval_gates: str = 'frozen',
                 removed_blocks: Sequence[str] = (),
                 out_indices: Optional[Sequence[int]] = None,
                 conv_cfg: Optional[dict] = None,
                 norm_cfg: dict = dict(type='BN'),
                 frozen_stages: int = -1,
                 norm_eval: bool = False,
                 init_cfg=INIT_CFG) -> None:
        owner = type(self).__name__
        if out_indices is None:
            out_indices = (len(counts) - 1, )
        for index in out_indices:
            check_choice(owner, 'out_indices entry', index,
                         range(len(counts)))
        check_choice(owner, 'frozen_stages', frozen_stages,
                     range(-1, len(counts) + 1))
        super().__init__(init_cfg)
        self.num_stages = len(counts)
        self.out_indices = tuple(out_indices)
        self.conv_cfg = conv_cfg
        self.norm_cfg = norm_cfg
        self.frozen_stages = frozen_stages
        self.norm_eval = norm_eval
        self._declare_blocks(
            [f'layer{stage}.{index}' for stage, count in enumerate(counts, 1)
             for index in range(count)], removed_blocks, epsilon, gate,
            gate_scope, eval_gates)
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
                gate = StrictIdentity(
                    self.gates, self.blocks.index(f'{name}.{index}'))
            block = PreActBlock(
                in_channels, gate=gate, removed=removed,
                conv_cfg=self.conv_cfg, norm_cfg=self.norm_cfg, **options)
            # Named as without removals, so that the names of weights match.
            stage.add_module(str(index), block)
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
        if len(self.res_layers) == self.num_stages:
            self._freeze_stages()
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

    def _freeze_stages(self) -> None:
        frozen = [self.conv1, self.norm1] if self.frozen_stages >= 0 else []
        frozen += map(self.get_submodule,
                      self.res_layers[:max(self.frozen_stages, 0)])
        for module in frozen:
            module.eval()
            module.requires_grad_(False)

    def train(self, mode: bool = True):
        """Set the mode; frozen stages, and with norm_eval norms, stay in eval.

        Unlike MMPretrain's, it returns the module.
        """
        super().train(mode)
        self._freeze_stages()
        for module in self.modules() if mode and self.norm_eval else ():
            if is_norm(module):
                module.eval()
        return self
