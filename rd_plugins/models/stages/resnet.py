"""Stages of ResNets: MMPretrain's family and ours."""
from typing import Sequence

import torch
from mmpretrain.models.backbones import RegNet, ResNet, ResNet_CIFAR
from torch import nn

from rd_plugins.models.backbones.epsilon_stages import EpsilonStages
from rd_plugins.models.backbones.gated_blocks import GatedBlock, Shortcut
from rd_plugins.utils.errors import UsageError
from .stages import Stages, adapts


@adapts(ResNet)
class ResNetStages(Stages):
    """ResNet, ResNet-C and -D, ResNeXt, SE-ResNet, ResNeSt, Res2Net, ..."""

    @property
    def names(self) -> Sequence[str]:
        """``layer1``, ``layer2``, ..."""
        return self.backbone.res_layers

    def stem(self, x: torch.Tensor) -> torch.Tensor:
        """The stem, deep or not, with pooling."""
        return self.backbone.maxpool(self._convolutions(x))

    def _convolutions(self, x: torch.Tensor) -> torch.Tensor:
        net = self.backbone
        if net.deep_stem:
            return net.stem(x)
        return net.relu(net.norm1(net.conv1(x)))

    @property
    def _last_block(self) -> nn.Module:
        blocks = list(self.backbone.get_submodule(self.names[-1]))
        if not blocks or isinstance(blocks[-1], (GatedBlock, Shortcut)):
            raise UsageError(
                f'{type(self.backbone).__name__} may lose its last block, and '
                'FeatureLoss compares what goes into the ReLU of that; leave '
                'FeatureLoss out, or take an EpsilonResNet, whose last ReLU '
                'stays.')
        return blocks[-1]

    @property
    def last_norm(self) -> nn.Module:
        """The last norm of the last block's residual branch."""
        block = self._last_block
        return block.norm3 if hasattr(block, 'conv3') else block.norm2

    @property
    def last_activation(self) -> nn.Module:
        """The last block's ReLU, which it uses several times."""
        return self._last_block.relu


@adapts(ResNet_CIFAR, RegNet)
class ResNetStagesWithoutPooling(ResNetStages):
    """ResNets for small images, and RegNet."""

    def stem(self, x: torch.Tensor) -> torch.Tensor:
        """The stem without pooling."""
        return self._convolutions(x)


@adapts(EpsilonStages)
class PreActStages(Stages):
    """ε-ResNets; the last stage ends with a norm and ReLU."""

    @property
    def names(self) -> Sequence[str]:
        """``layer1``, ``layer2``, ..."""
        return self.backbone.res_layers

    def stem(self, x: torch.Tensor) -> torch.Tensor:
        """Convolution, norm and ReLU; for ImageNet also pooling."""
        return self.backbone.stem(x)

    @property
    def last_norm(self) -> nn.Module:
        """The norm after the last block."""
        return self.backbone.get_submodule(self.names[-1]).norm

    @property
    def last_activation(self) -> nn.Module:
        """The ReLU after the last norm."""
        return self.backbone.get_submodule(self.names[-1]).relu
