"""Partial squared distance between features before their last ReLU."""
import math

import torch
from torch import nn

from rd_plugins.registry import MODELS
from rd_plugins.utils.errors import check_number


def negative_margin(norm: nn.Module) -> torch.Tensor:
    """The mean of a norm layer's negative outputs, for each channel.

    The output of channel c is taken as normal with mean ``bias[c]`` and
    standard deviation ``|weight[c]|``. Where fewer than 0.1 % of the values
    would be negative, the margin is -3 standard deviations. (Eq. 5 of `A
    Comprehensive Overhaul of Feature Distillation
    <https://arxiv.org/abs/1904.01866>`_.)

    Args:
        norm (nn.Module): A norm layer with affine parameters of shape (C, ).

    Returns:
        Tensor: Shape (C, ), not positive, detached.
    """
    mean = norm.bias.detach().double()
    std = norm.weight.detach().abs().double()
    # A channel of zero scale is constant; the floor makes its margin that
    # constant where it is negative and 0 elsewhere.
    z = -mean / std.clamp(min=1e-12)
    log_density = -0.5 * z**2 - 0.5 * math.log(2 * math.pi)
    expectation = mean - std * (log_density - torch.special.log_ndtr(z)).exp()
    rarely_negative = torch.special.ndtr(z) <= 1e-3
    margin = torch.where(rarely_negative, -3 * std, expectation)
    return margin.to(norm.bias.dtype)


@MODELS.register_module()
class MarginLoss(nn.Module):
    """Partial squared distance between features before ReLU.

    With target u = max(t, margin), the distance at one position is (s - u)^2
    if u > 0 or s > u, and 0 otherwise: where the teacher is inactive, values
    of the student below the target cost nothing. The loss is the mean over all
    positions, so one weight fits feature maps of every size. The released code
    of JointRD sums over positions and divides by the batch size, which is this
    value times C * H * W.

    Source: `A Comprehensive Overhaul of Feature Distillation
    <https://arxiv.org/abs/1904.01866>`_, used by JointRD.

    Args:
        loss_weight (float): Factor of the distance. Defaults to 1.0.
    """

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        check_number('MarginLoss', 'loss_weight', loss_weight, at_least=0)
        self.loss_weight = loss_weight

    def forward(self, student: torch.Tensor, teacher: torch.Tensor,
                margin: torch.Tensor) -> torch.Tensor:
        """Compute the weighted distance.

        Args:
            student (Tensor): Shape (N, C, H, W), before ReLU.
            teacher (Tensor): Shape (N, C, H, W), before ReLU, detached.
            margin (Tensor): Shape (C, ), see :func:`negative_margin`.

        Returns:
            Tensor: A scalar.
        """
        target = torch.maximum(teacher, margin.view(1, -1, 1, 1))
        counts = (target > 0) | (student > target)
        distance = torch.where(counts, (student - target)**2, 0)
        return self.loss_weight * distance.mean()
