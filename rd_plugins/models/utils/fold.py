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
    """One convolution with bias for a convolution and its batch norm.

    Computed in float64 and rounded once.

    Args:
        conv (nn.Conv2d): The convolution; a Dirac convolution will do. It
            stays as it is.
        norm (nn.Module): A batch norm with running statistics.

    Returns:
        nn.Conv2d: Computes what both do in eval mode.

    Raises:
        UsageError: If the norm depends on the batch, or the convolution
            standardises its weights, which undoes a change of their scale.
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
    # A bias that the convolution did not have would stay frozen.
    folded.bias.requires_grad_(folded.weight.requires_grad)
    return folded.to(dtype).train(training)


Names = Tuple[str, str]


def _numbered(module: nn.Module, numbers: str) -> Iterator[Names]:
    """As MMPretrain's ResNets name their convolutions and norms."""
    for number in numbers:
        yield f'conv{number}', getattr(module, f'norm{number}_name', '')


def _claimed_pairs(module: nn.Module) -> Iterable[Names]:
    """Names of what would be a convolution and the norm right after it.

    A subclass may have left some of them out, or put something else there.
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


def _replace(module: nn.Module, name: str, new: nn.Module) -> None:
    parent, _, child = name.rpartition('.')
    setattr(module.get_submodule(parent), child, new)


def fold_norms(network: nn.Module) -> None:
    """Fold the norms of a network, in place.

    Which norm belongs to which convolution is known by name, not by the order
    of declaration: convolutions keep their names and gain a bias, norms become
    the identity. Knows the ResNet family of MMPretrain and of this package,
    sequences, and whatever is built of MMCV's ``ConvModule``; a block of
    another kind lists the attributes in ``conv_norm_pairs``, such as
    ``(('conv1', 'norm2'), )`` where norms come before convolutions. A norm
    that follows no convolution stays.

    Args:
        network (nn.Module): A backbone or a part of one.

    Raises:
        UsageError: If a norm is no batch norm, or a convolution standardises
            its weights.
    """
    for module in list(network.modules()):
        for conv_name, norm_name in _claimed_pairs(module):
            conv, norm = _child(module, conv_name), _child(module, norm_name)
            if isinstance(conv, nn.Conv2d) and is_norm(norm):
                _replace(module, conv_name, fold_conv_norm(conv, norm))
                _replace(module, norm_name, nn.Identity())


class Deployable:
    """Lets a backbone switch to the form in which it is deployed.

    MMDeploy and MMPretrain's ``reparameterize_model.py`` call
    :meth:`switch_to_deploy` by its name. A backbone that is built with
    ``deploy=True`` calls it last in its constructor and then loads a folded
    checkpoint strictly.
    """
    deploy = False

    def switch_to_deploy(self) -> None:
        """Fold every norm, in place; a second call changes nothing."""
        fold_norms(self)
        self.deploy = True


def folded_copy(model: nn.Module) -> nn.Module:
    """The folded copy of a model.

    Args:
        model (nn.Module): A classifier or a backbone; it stays as it is.

    Returns:
        nn.Module: Computes the same in eval mode, which it is in.

    Raises:
        UsageError: If a norm is no batch norm.
    """
    model = deepcopy(model)
    model.eval()  # MMPretrain's ResNet returns nothing here
    backbone = getattr(model, 'backbone', model)
    getattr(backbone, 'switch_to_deploy', lambda: fold_norms(backbone))()
    return model
