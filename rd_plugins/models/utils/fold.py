"""Folding norms into the convolutions before them."""
from copy import deepcopy
from typing import Iterator, Tuple

import torch
from mmcv.cnn import ConvModule
from mmengine.utils.dl_utils.parrots_wrapper import _BatchNorm
from mmpretrain.models.backbones import ResNet
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
        UsageError: If the norm depends on the batch.
    """
    if not isinstance(norm, _BatchNorm) or norm.running_mean is None:
        raise UsageError(
            f'{type(norm).__name__} cannot be folded into a convolution; only '
            'batch norms with running statistics can. Deploy the network as '
            'it is.')
    training, dtype = conv.training, conv.weight.dtype
    conv = deepcopy(conv).double()
    if isinstance(conv, DiracConv2d):
        conv = conv.fold()
    folded = fuse_conv_bn_eval(conv.eval(), deepcopy(norm).double().eval())
    # A bias that the convolution did not have would stay frozen.
    folded.bias.requires_grad_(folded.weight.requires_grad)
    return folded.to(dtype).train(training)


def _pairs_of(module: nn.Module) -> Iterator[Tuple[nn.Module, str, str]]:
    """The convolutions of a module that a norm follows at once."""
    if hasattr(module, 'conv_norm_pairs'):
        for conv, norm in module.conv_norm_pairs:
            yield module, conv, norm
    elif isinstance(module, ConvModule):
        if module.with_norm:
            yield module, 'conv', module.norm_name
    elif isinstance(module, (ResNet, BasicBlock, Bottleneck)):
        for index in '123':
            if hasattr(module, f'norm{index}_name'):
                yield (module, f'conv{index}',
                       getattr(module, f'norm{index}_name'))
    downsample = getattr(module, 'downsample', None)
    if isinstance(downsample, nn.Sequential):
        # A pooling may stand before convolution and norm.
        last = len(downsample) - 1
        yield downsample, str(last - 1), str(last)


def fold_norms(network: nn.Module) -> None:
    """Fold the norms of a network, in place.

    Which norm belongs to which convolution is known by name, not by the order
    of declaration: convolutions keep their names and gain a bias, norms become
    the identity. Knows the ResNets of MMPretrain and of this package; a block
    of another kind lists the attributes in ``conv_norm_pairs``, such as
    ``(('conv1', 'norm2'), )`` where norms come before convolutions.

    Args:
        network (nn.Module): A backbone or a part of one.

    Raises:
        UsageError: If a norm is no batch norm.
    """
    for module in list(network.modules()):
        for owner, conv, norm in _pairs_of(module):
            if not isinstance(getattr(owner, norm), nn.Identity):
                folded = fold_conv_norm(
                    getattr(owner, conv), getattr(owner, norm))
                setattr(owner, conv, folded)
                setattr(owner, norm, nn.Identity())


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
