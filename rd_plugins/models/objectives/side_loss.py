"""Side supervision: heads inside the network during training."""
from copy import deepcopy
from typing import Dict, List, Optional, Sequence

import torch
import torch.nn.functional as F
from mmcv.cnn import build_norm_layer
from mmengine.model import BaseModule
from mmpretrain.structures import DataSample
from torch import nn

from rd_plugins.registry import MODELS
from rd_plugins.utils.errors import UsageError, check_number
from .objective import Objective, under_name, weighted
from .step import Step


class SideHead(BaseModule):
    """Norm, ReLU, global average pooling, and a linear head.

    Args:
        in_channels (int): Output channels of its block.
        head (dict): Config of the classifier's head; only ``in_channels`` is
            replaced.
        norm_cfg (dict): Config of the norm.
    """

    def __init__(self, in_channels: int, head: dict, norm_cfg: dict) -> None:
        super().__init__()
        self.norm = build_norm_layer(norm_cfg, in_channels)[1]
        self.head = MODELS.build(dict(deepcopy(head), in_channels=in_channels))
        for layer in self.head.modules():
            if isinstance(layer, nn.Linear):  # as the released code does
                nn.init.normal_(layer.weight, std=(2 / in_channels)**0.5)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)

    def loss(self, x: torch.Tensor, data_samples: List[DataSample]) -> dict:
        """The head's losses for a block's output, shape (N, C, H, W)."""
        x = F.relu(self.norm(x))
        return self.head.loss((x.mean((2, 3)), ), data_samples)


@MODELS.register_module()
class SideLoss(Objective):
    """The classifier's loss for additional heads inside the network.

    The side supervision of `Learning Strict Identity Mappings in Deep Residual
    Networks <https://arxiv.org/abs/1804.01661>`_, Sec. 3.3. The heads are not
    used for prediction.

    Args:
        blocks (Sequence[str], optional): Names of the blocks of the backbone
            that get a head, such as ``['layer2.9']``. Defaults to None: the
            backbone's ``default_side_block``, which ε-ResNets have.
        loss_weight (float): Factor of each loss. Defaults to 0.1.
        name (str): See :class:`Objective`. Defaults to ``'side'``.
    """
    reads_teacher = False

    def __init__(self,
                 blocks: Optional[Sequence[str]] = None,
                 loss_weight: float = 0.1,
                 name: str = 'side') -> None:
        super().__init__(name)
        self.reads_blocks = blocks
        check_number('SideLoss', 'loss_weight (side_weight)', loss_weight,
                     at_least=0)
        self.loss_weight = loss_weight

    def attach(self, distiller: nn.Module) -> None:
        """Build the heads."""
        backbone = distiller.backbone
        kind = type(backbone).__name__
        if self.reads_blocks is None:
            if not hasattr(backbone, 'default_side_block'):
                raise UsageError(
                    f'SideLoss (side_blocks) does not know where {kind} has '
                    "its middle; name blocks, such as ['layer2.0'].")
            self.reads_blocks = [backbone.default_side_block]
        self.heads = nn.ModuleDict()
        for number, name in enumerate(self.reads_blocks, start=1):
            block = dict(backbone.named_modules()).get(name)
            if not hasattr(block, 'out_channels'):
                known = [each for each, module in backbone.named_modules()
                         if each.count('.') == 1
                         and hasattr(module, 'out_channels')]
                raise UsageError(
                    f'{kind} has no side block {name!r}; choose from '
                    f'{", ".join(known)}.')
            self.heads[f'{self.name}{number}'] = SideHead(
                block.out_channels, distiller.head_cfg,
                getattr(backbone, 'norm_cfg', dict(type='BN')))

    def forward(self, step: Step) -> Dict[str, torch.Tensor]:
        """Weighted ``loss_side1`` and so on, and the heads' accuracies."""
        losses = {}
        for (side, head), block in zip(self.heads.items(), self.reads_blocks):
            found = head.loss(step.student.block(block), step.data_samples)
            losses.update(under_name(weighted(found, self.loss_weight), side))
        return losses
