"""Stages of MobileNets."""
from typing import Sequence

import torch
from mmpretrain.models.backbones import MobileNetV2, MobileNetV3

from .stages import Stages, adapts


@adapts(MobileNetV2)
class MobileNetV2Stages(Stages):
    """MobileNetV2: its seven layers, and the last convolution."""

    @property
    def names(self) -> Sequence[str]:
        """``layer1`` to ``layer7`` and ``conv2``."""
        return self.backbone.layers

    def stem(self, x: torch.Tensor) -> torch.Tensor:
        """The first convolution."""
        return self.backbone.conv1(x)


@adapts(MobileNetV3)
class MobileNetV3Stages(Stages):
    """MobileNetV3: every block is a stage."""

    @property
    def names(self) -> Sequence[str]:
        """``layer1``, ``layer2``, ..."""
        return self.backbone.layers[1:]

    def stem(self, x: torch.Tensor) -> torch.Tensor:
        """The first convolution, named ``layer0``."""
        return self.backbone.get_submodule(self.backbone.layers[0])(x)
