"""Stages of VGG."""
from typing import Sequence

import torch
from mmpretrain.models.backbones import VGG

from rd_plugins.utils.errors import UsageError
from .stages import Stages, adapts


@adapts(VGG)
class VGGStages(Stages):
    """VGG: a stage ends with a pooling."""

    @property
    def names(self) -> Sequence[str]:
        """``stage1``, ``stage2``, ...; there are no modules of these names."""
        if self.backbone.num_classes > 0:
            raise UsageError('A VGG with num_classes > 0 classifies by '
                             'itself; leave num_classes out and give the '
                             'classifier a head.')
        count = len(self.backbone.stage_blocks)
        return [f'stage{number}' for number in range(1, count + 1)]

    def stem(self, x: torch.Tensor) -> torch.Tensor:
        """The identity: VGG has no stem."""
        return x

    def run(self, index: int, x: torch.Tensor) -> torch.Tensor:
        """See the base class."""
        layers = getattr(self.backbone, self.backbone.module_name)
        for layer in layers[slice(*self.backbone.range_sub_modules[index])]:
            x = layer(x)
        return x
