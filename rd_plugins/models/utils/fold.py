"""Folding norms into the convolutions before them."""
from copy import deepcopy
from typing import Iterable, Iterator, Optional, Tuple

import torch
from mmcv.cnn import ConvAWS2d, ConvModule, ConvWS2d, is_norm
from mmengine.utils.dl_utils.parrots_wrapper import _BatchNorm
from mmpretrain.models.backbones import HRNet, ResNet
from mmpretrain.models.backbones.res2net import Bottle2neck
from mmpretrain.models.backbones.resnest import SplitAttentionConv2d
from mmpretrain.models.backbones.resnet import BasicBlock, Bottleneck
from torch import nn
from torch.nn.utils import fuse_conv_bn_eval

from rd_plugins.models.layers import DiracConv2d
from rd_plugins.utils.errors import UsageError


@torch.no_grad()
def fold_conv_norm(conv: nn.Conv2d, norm: nn.Module) -> nn.Conv2d:
    """Fold a batch norm into the convolution before it.

    Computed in float64 and rounded once.

    Args:
        conv (nn.Conv2d): The convolution, also a Dirac convolution; not
            changed.
        norm (nn.Module): A batch norm with running statistics.

    Returns:
        nn.Conv2d: A convolution with the outputs of both in eval mode.

    Raises:
        UsageError: If the norm depends on the batch, or if the convolution
            standardises its weights.
    """
    if not isinstance(norm, _BatchNorm) or norm.running_mean is None:
        raise UsageError(
            f'{type(norm).__name__} cannot be folded into a convolution; only '
            'batch norms with running statistics can. Deploy the network as '
            'it is.')
    if isinstance(conv, (ConvWS2d, ConvAWS2d)):
        raise UsageError(
            f'No norm can be folded into a {type(conv).__name__}, which '
            'standardises its weights. Deploy the network as it is.')
    training, dtype = conv.training, conv.weight.dtype
    conv = deepcopy(conv).double()
    if isinstance(conv, DiracConv2d):
        conv = conv.fold()
    folded = fuse_conv_bn_eval(conv.eval(), deepcopy(norm).double().eval())
    # A new bias is frozen by default.
    folded.bias.requires_grad_(folded.weight.requires_grad)
    return folded.to(dtype).train(training)


Names = Tuple[str, str]


def _numbered(module: nn.Module, numbers: str) -> Iterator[Names]:
    """The names of convolutions and norms in MMPretrain's ResNets."""
    for number in numbers:
        yield f'conv{number}', getattr(module, f'norm{number}_name', '')


def _claimed_pairs(module: nn.Module) -> Iterable[Names]:
    """Names of each convolution and of the norm right after it.

    In a subclass, some of these modules may be missing or of another type.
    """
    if hasattr(module, 'conv_norm_pairs'):
        return module.conv_norm_pairs
    if isinstance(module, ConvModule):
        follows = ('conv', 'norm') in zip(module.order, module.order[1:])
        return [('conv', module.norm_name or '')] if follows else []
    if isinstance(module, SplitAttentionConv2d):
        return [('conv', module.norm0_name), ('fc1', module.norm1_name)]
    if isinstance(module, Bottle2neck):
        inner = ((f'convs.{i}', f'bns.{i}') for i in range(len(module.convs)))
        return [*_numbered(module, '13'), *inner]
    if isinstance(module, (ResNet, HRNet, BasicBlock, Bottleneck)):
        return _numbered(module, '123')
    # Projections, with or without a pooling before them
    if type(module).forward is nn.Sequential.forward:
        names = [name for name, _ in module.named_children()]
        return zip(names, names[1:])
    return []


def _child(module: nn.Module, name: str) -> Optional[nn.Module]:
    try:
        return module.get_submodule(name)
    except AttributeError:
        return None


def _is_only_a_norm(module: Optional[nn.Module]) -> bool:
    # timm's BatchNormAct2d has its activation inside.
    return is_norm(module) and not list(module.children())


def _replace(module: nn.Module, name: str, new: nn.Module) -> None:
    parent, _, child = name.rpartition('.')
    setattr(module.get_submodule(parent), child, new)


def fold_norms(network: nn.Module) -> None:
    """Fold the norms of a network, in place.

    Pairs of convolution and norm are found by name, not by the order of
    declaration. Convolutions keep their names and get a bias, norms become the
    identity. Supports the ResNets of MMPretrain and of this package,
    ``nn.Sequential`` and MMCV's ``ConvModule``; other blocks list their
    attributes in ``conv_norm_pairs``, such as ``(('conv1', 'norm2'), )`` where
    norms come before convolutions. A norm that follows no convolution, or that
    has an activation of its own, stays.

    Args:
        network (nn.Module): A backbone or a part of one.

    Raises:
        UsageError: If a norm is not a batch norm, or if a convolution
            standardises its weights.
    """
    for module in list(network.modules()):
        for conv_name, norm_name in _claimed_pairs(module):
            conv, norm = _child(module, conv_name), _child(module, norm_name)
            if isinstance(conv, nn.Conv2d) and _is_only_a_norm(norm):
                _replace(module, conv_name, fold_conv_norm(conv, norm))
                _replace(module, norm_name, nn.Identity())


class Deployable:
    """Mixin of backbones that can fold their norms for deployment.

    MMDeploy and MMPretrain's ``reparameterize_model.py`` call
    :meth:`switch_to_deploy`. A backbone that is built with
    ``deploy=True`` calls it last in its constructor and then loads a folded
    checkpoint strictly.
    """
    deploy = False

    def switch_to_deploy(self) -> None:
        """Fold every norm, in place; a second call changes nothing."""
        fold_norms(self)
        self.deploy = True


def fold_in_place(backbone: nn.Module) -> None:
    """Fold a backbone by its own ``switch_to_deploy``, if it has one.

    Raises:
        UsageError: If a norm cannot be folded.
    """
    getattr(backbone, 'switch_to_deploy', lambda: fold_norms(backbone))()


def folded_copy(model: nn.Module) -> nn.Module:
    """Copy a model and fold the norms of its backbone.

    Args:
        model (nn.Module): A classifier or a backbone; not changed.

    Returns:
        nn.Module: The copy in eval mode, with the same outputs.

    Raises:
        UsageError: If a norm is not a batch norm.
    """
    model = deepcopy(model)
    model.eval()  # not chained: eval() of MMPretrain's ResNet returns None
    fold_in_place(getattr(model, 'backbone', model))
    return model


def folded_if_possible(model: nn.Module) -> nn.Module:
    """Copy a model; its norms are folded if they can be."""
    try:
        return folded_copy(model)
    except UsageError:
        copied = deepcopy(model)
        copied.eval()
        return copied
