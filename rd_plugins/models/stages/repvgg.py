"""Stages of RepVGG."""
from typing import Sequence

import torch
from mmpretrain.models.backbones import RepVGG

from .stages import Stages, adapts


@adapts(RepVGG)
class RepVGGStages(Stages):
    """RepVGG, in its training form or deployed."""

    @property
    def names(self) -> Sequence[str]:
        """``stage_1``, ``stage_2``, ..."""
        return self.backbone.stages

    def stem(self, x: torch.Tensor) -> torch.Tensor:
        """One block of stride 2."""
        return self.backbone.stem(x)

    def output(self, x: torch.Tensor) -> torch.Tensor:
        """Spatial pyramid pooling, if the backbone has it."""
        return self.backbone.ppf(x)
