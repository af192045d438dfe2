"""Stages of timm's networks, through MMPretrain's ``TIMMBackbone``."""
from typing import List, Sequence

import torch
from mmpretrain.models.backbones import TIMMBackbone

from rd_plugins.utils.errors import UsageError
from .stages import Stages, adapts


@adapts(TIMMBackbone)
class TIMMStages(Stages):
    """A timm network with ``features_only=True``.

    Such a network is a sequence of modules and names those that end a stage.
    """

    @property
    def _network(self):
        network = self.backbone.timm_model
        if not hasattr(network, 'return_layers'):
            raise UsageError(
                'This TIMMBackbone does not say where its stages end; build '
                'it with features_only=True, or train with LogitLoss alone.')
        return network

    @property
    def names(self) -> Sequence[str]:
        """The modules that end the stages."""
        return [name for name in self._network
                if name in self._network.return_layers]

    def _modules_of(self, index: int) -> List[str]:
        modules, ends = list(self._network), self.names
        begin = modules.index(ends[index - 1]) + 1 if index else 0
        return modules[begin:modules.index(ends[index]) + 1]

    def stem(self, x: torch.Tensor) -> torch.Tensor:
        """The identity: the stem belongs to the first stage."""
        return x

    def run(self, index: int, x: torch.Tensor) -> torch.Tensor:
        """See the base class."""
        for name in self._modules_of(index):
            x = self._network[name](x)
        return x
