"""A classifier with further heads inside the network while it trains."""
from copy import deepcopy
from typing import List, Optional, Sequence

import torch
import torch.nn.functional as F
from mmcv.cnn import build_norm_layer
from mmengine.model import BaseModule
from mmpretrain.models import ImageClassifier
from mmpretrain.structures import DataSample
from torch import nn

from rd_plugins.registry import MODELS
from rd_plugins.utils.errors import UsageError, check_choice


class SideHead(BaseModule):
    """Norm, ReLU, global average pooling, and a linear head.

    Args:
        in_channels (int): Channels of the block that it judges.
        head (dict): Config of the classifier's own head; this one's differs
            in its number of inputs only.
        norm_cfg (dict): Config of the norm.
    """

    def __init__(self, in_channels: int, head: dict, norm_cfg: dict) -> None:
        super().__init__()
        self.norm = build_norm_layer(norm_cfg, in_channels)[1]
        head = dict(deepcopy(head), in_channels=in_channels)
        self.head = MODELS.build(head)

    def loss(self, x: torch.Tensor, data_samples: List[DataSample]) -> dict:
        """The head's losses for a block's output, shape (N, C, H, W)."""
        x = F.relu(self.norm(x))
        return self.head.loss((x.mean((2, 3)), ), data_samples)


@MODELS.register_module()
class SideSupervised(ImageClassifier):
    """Image classifier whose middle blocks are supervised as well.

    The side supervision of `Learning Strict Identity Mappings in Deep Residual
    Networks <https://arxiv.org/abs/1804.01661>`_, Sec. 3.3: beside its own
    loss the network has that of a second head in the middle. Prediction is
    without it. It lies under ``auxiliary.`` in the state dict, and without
    that the checkpoint is an :class:`mmpretrain.models.ImageClassifier`'s.

    Args:
        backbone (dict): An ``EpsilonResNet`` or ``EpsilonResNet_CIFAR``.
        neck (dict, optional): The classifier's neck. Defaults to None.
        head (dict): The classifier's head, such as ``LinearClsHead``.
        side_blocks (Sequence[str], optional): After which blocks a head is,
            such as ``['layer2.9']``. Defaults to None: after the one that the
            released code chooses, in the middle.
        side_weight (float): Weight of each side loss. Defaults to 0.1.
        **kwargs: Every other argument of
            :class:`mmpretrain.models.ImageClassifier`.

    Raises:
        UsageError: If there is no such block.
    """

    def __init__(self,
                 backbone: dict,
                 neck: Optional[dict] = None,
                 head: Optional[dict] = None,
                 side_blocks: Optional[Sequence[str]] = None,
                 side_weight: float = 0.1,
                 **kwargs) -> None:
        head_cfg = deepcopy(head)
        super().__init__(backbone, neck=neck, head=head, **kwargs)
        if not hasattr(self.backbone, 'forward_with_blocks'):
            raise UsageError(
                'SideSupervised reads the blocks of an EpsilonResNet or an '
                f'EpsilonResNet_CIFAR; {type(self.backbone).__name__} does '
                'not give them. Use ImageClassifier.')
        if side_blocks is None:
            side_blocks = [self.backbone.default_side_block]
        for name in side_blocks:
            check_choice('SideSupervised', 'side block', name,
                         self.backbone.blocks)
        self.side_blocks = list(side_blocks)
        self.side_weight = side_weight
        self.auxiliary = nn.ModuleDict({
            f'side{number}': SideHead(
                self.backbone.get_submodule(name).out_channels, head_cfg,
                self.backbone.norm_cfg)
            for number, name in enumerate(self.side_blocks, start=1)
        })

    def loss(self, inputs: torch.Tensor,
             data_samples: List[DataSample]) -> dict:
        """Compute the losses of a batch.

        Args:
            inputs (Tensor): Shape (N, C, H, W).
            data_samples (list[DataSample]): The N annotations.

        Returns:
            dict[str, Tensor]: The classifier's ``loss_cls``, ``loss_side1``
            and so on (weighted), and the accuracies if the head calculates
            them.
        """
        feats, of_blocks = self.backbone.forward_with_blocks(
            inputs, self.side_blocks)
        if self.with_neck:
            feats = self.neck(feats)
        losses = self.head.loss(feats, data_samples)
        losses['loss_cls'] = losses.pop('loss')
        for (side, head), name in zip(self.auxiliary.items(),
                                      self.side_blocks):
            for key, value in head.loss(of_blocks[name], data_samples).items():
                if key == 'loss':
                    losses[f'loss_{side}'] = self.side_weight * value
                else:
                    losses[f'{side}_{key}'] = value
        return losses
