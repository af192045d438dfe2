"""Stages of ConvNeXt."""
from typing import Sequence

import torch
from mmpretrain.models.backbones import ConvNeXt

from .stages import Stages, adapts


@adapts(ConvNeXt)
class ConvNeXtStages(Stages):
    """ConvNeXt: a stage begins with its downsampling."""

    @property
    def names(self) -> Sequence[str]:
        """``stages.0``, ``stages.1``, ..."""
        return [f'stages.{i}' for i in range(self.backbone.num_stages)]

    def stem(self, x: torch.Tensor) -> torch.Tensor:
        """The convolution into patches, and a norm."""
        return self.backbone.downsample_layers[0](x)

    def run(self, index: int, x: torch.Tensor) -> torch.Tensor:
        """See the base class."""
        if index:
            x = self.backbone.downsample_layers[index](x)
        return self.backbone.stages[index](x)

    def output(self, x: torch.Tensor) -> torch.Tensor:
        """The last norm, with pooling if the backbone has it."""
        norm = getattr(self.backbone, f'norm{len(self) - 1}')
        if self.backbone.gap_before_final_norm:
            return norm(x.mean((-2, -1), keepdim=True)).flatten(1)
        return norm(x)
