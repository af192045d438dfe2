"""MMPretrain's residual networks with a gate on every residual branch."""
from typing import Sequence

from mmpretrain.models import backbones as stock
from torch import nn

from rd_plugins.models.layers import StrictIdentity
from rd_plugins.registry import MODELS
from .gated_blocks import Shortcut, add_gate, branch_of
from .gated_network import GatedNetwork


class GatedBackbone(GatedNetwork):
    """Mixin that makes a residual network one that learns its depth.

    The gates are those of `Learning Strict Identity Mappings in Deep Residual
    Networks <https://arxiv.org/abs/1804.01661>`_, on the residual branch of
    each block: before the addition, and thus before the last ReLU of a
    post-activation block. Shortcuts, and blocks without one, stay. Names of
    weights are those of the stock network, so its pretrained weights fit.

    The responses of these networks have other scales than in the paper: a
    norm or a learned scale ends their branches. A :class:`DeadBlockHook` with
    a ``target`` needs no threshold; epsilon is for training without one. A
    network from scratch whose branches start at zero (``zero_init_residual``)
    has to grow first: begin the budget later.

    Args:
        *args: The arguments of the stock network.
        epsilon (float): The threshold of a run without budget. Defaults to 0:
            gates are open until a budget closes them.
        gate (bool): False for the stock network, with ``removed_blocks``.
            Defaults to True.
        gate_scope (str): See :class:`EpsilonResNet_CIFAR`.
            Defaults to ``'local'``.
        eval_gates (str): See :class:`EpsilonResNet_CIFAR`.
            Defaults to ``'frozen'``.
        removed_blocks (Sequence[str]): Names of blocks to build without a
            residual branch, such as ``('layer3.4', )``; the others keep their
            names. ``tools/compress.py`` writes this option.
            Defaults to ``()``.
        **kwargs: The arguments of the stock network.

    Example:
        >>> # in a config that inherits MMPretrain's ResNet-50
        >>> model = dict(backbone=dict(type='rd_plugins.GatedResNet'))
        >>> load_from = 'resnet50.pth'
        >>> custom_hooks = [
        ...     dict(type='rd_plugins.DeadBlockHook', target=0.3,
        ...          metric='macs', end=60)]
    """

    def __init__(self,
                 *args,
                 epsilon: float = 0.0,
                 gate: bool = True,
                 gate_scope: str = 'local',
                 eval_gates: str = 'frozen',
                 removed_blocks: Sequence[str] = (),
                 **kwargs) -> None:
        super().__init__(*args, **kwargs)
        names = [name for name, module in self.named_modules()
                 if branch_of(module)]
        self._declare_blocks(names, removed_blocks, epsilon, gate, gate_scope,
                             eval_gates)
        self.default_side_block = names[(len(names) - 1) // 2]
        for name in removed_blocks:
            self._remove(name)
        for index, name in enumerate(self.blocks):
            if self.gates is not None:
                add_gate(self.get_submodule(name),
                         StrictIdentity(self.gates, index))
        if self.gates is not None and not epsilon:
            self.gates.release()
        self.train()  # again, as stages may be frozen

    def _remove(self, name: str) -> None:
        stage, _, key = name.rpartition('.')
        stage = self.get_submodule(stage)
        block: nn.Module = Shortcut(stage._modules[key])
        if block.downsample is None:
            del stage._modules[key]  # what remains is the identity
        else:
            stage._modules[key] = block


@MODELS.register_module()
class GatedResNet(GatedBackbone, stock.ResNet):
    """ResNet with gates; see :class:`GatedBackbone`."""


@MODELS.register_module()
class GatedResNet_CIFAR(GatedBackbone, stock.ResNet_CIFAR):
    """ResNet for small images with gates; see :class:`GatedBackbone`."""


@MODELS.register_module()
class GatedResNeXt(GatedBackbone, stock.ResNeXt):
    """ResNeXt with gates; see :class:`GatedBackbone`."""


@MODELS.register_module()
class GatedSEResNet(GatedBackbone, stock.SEResNet):
    """SE-ResNet with gates; see :class:`GatedBackbone`."""


@MODELS.register_module()
class GatedRegNet(GatedBackbone, stock.RegNet):
    """RegNet with gates; see :class:`GatedBackbone`."""


@MODELS.register_module()
class GatedMobileNetV2(GatedBackbone, stock.MobileNetV2):
    """MobileNetV2 with gates; see :class:`GatedBackbone`."""


@MODELS.register_module()
class GatedConvNeXt(GatedBackbone, stock.ConvNeXt):
    """ConvNeXt with gates; see :class:`GatedBackbone`."""
