"""A convolution that is parameterised as its distance from the identity."""
from copy import deepcopy

import torch
from torch import nn

from rd_plugins.registry import MODELS
from rd_plugins.utils.errors import check_number


@MODELS.register_module()
class DiracConv2d(nn.Conv2d):
    """Convolution with the kernel ``alpha * delta + beta * weight``.

    delta is the kernel of the identity: it copies every input channel to the
    output channel of the same index. alpha and beta are learned, one pair for
    each output channel. The sum is one ordinary kernel, see :meth:`fold`.

    Source: `DiracNets: Training Very Deep Neural Networks Without
    Skip-Connections <https://arxiv.org/abs/1706.00388>`_, without the
    normalisation of the weight, as in JointRD's released code.

    Args:
        *args: The arguments of :class:`torch.nn.Conv2d`.
        alpha (float): Initial value of alpha. Defaults to 1.0.
        beta (float): Initial value of beta. Defaults to 0.1.
        **kwargs: The arguments of :class:`torch.nn.Conv2d`.

    Example:
        >>> # in a config
        >>> backbone = dict(
        ...     type='rd_plugins.PlainResNet_CIFAR', depth=18,
        ...     block_conv_cfg=dict(type='rd_plugins.DiracConv2d'))
    """

    def __init__(self,
                 *args,
                 alpha: float = 1.0,
                 beta: float = 0.1,
                 **kwargs) -> None:
        check_number('DiracConv2d', 'alpha', alpha)
        check_number('DiracConv2d', 'beta', beta)
        super().__init__(*args, **kwargs)
        self.alpha, self.beta = (
            nn.Parameter(torch.full((self.out_channels, ), float(factor)))
            for factor in (alpha, beta))
        delta = nn.init.dirac_(torch.empty_like(self.weight), self.groups)
        self.register_buffer('delta', delta, persistent=False)

    def kernel(self) -> torch.Tensor:
        """The kernel, shape (C_out, C_in / groups, H, W)."""
        alpha, beta = (
            factor.view(-1, 1, 1, 1) for factor in (self.alpha, self.beta))
        return alpha * self.delta + beta * self.weight

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Convolve, as :class:`torch.nn.Conv2d` does."""
        return self._conv_forward(x, self.kernel(), self.bias)

    @torch.no_grad()
    def fold(self) -> nn.Conv2d:
        """The ordinary convolution with the same kernel."""
        conv = nn.Conv2d(
            self.in_channels,
            self.out_channels,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            self.groups,
            bias=self.bias is not None,
            padding_mode=self.padding_mode)
        conv.to(self.weight)
        conv.weight.copy_(self.kernel())
        if self.bias is not None:
            conv.bias.copy_(self.bias)
        return conv.train(self.training)


def fold_dirac(model: nn.Module) -> nn.Module:
    """Replace every Dirac convolution by an ordinary one.

    Args:
        model (nn.Module): Any model; not changed.

    Returns:
        nn.Module: A copy with the same outputs.
    """
    model = deepcopy(model)
    for module in list(model.modules()):
        for name, child in module.named_children():
            if isinstance(child, DiracConv2d):
                setattr(module, name, child.fold())
    return model
