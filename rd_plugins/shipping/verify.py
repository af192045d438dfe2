"""Comparison of a converted model with its original."""
from copy import deepcopy

import torch
from torch import nn

from rd_plugins.models.utils import relative_difference
from rd_plugins.utils.errors import UsageError


@torch.no_grad()
def outputs_differ_by(original: nn.Module, converted: nn.Module,
                      images: torch.Tensor) -> float:
    """The relative difference of two models' outputs in float64.

    Args:
        original (nn.Module): A classifier or a backbone; not changed.
        converted (nn.Module): The converted model; not changed.
        images (Tensor): Shape (N, C, H, W), normalised.

    Returns:
        float: The largest :func:`relative_difference` of all outputs.
    """
    outputs = []
    for model in (original, converted):
        model = deepcopy(model).cpu().double()
        model.eval()  # not chained: eval() of MMPretrain's ResNet returns None
        output = model(images.double())
        outputs.append((output, ) if torch.is_tensor(output) else output)
    return max(
        relative_difference(*pair) for pair in zip(*outputs, strict=True))


def check_same_outputs(original: nn.Module, converted: nn.Module,
                       images: torch.Tensor, tolerance: float) -> float:
    """Check that a converted model has the outputs of its original.

    Args:
        original (nn.Module): The original model.
        converted (nn.Module): The converted model.
        images (Tensor): Shape (N, C, H, W), normalised.
        tolerance (float): The largest allowed relative difference.

    Returns:
        float: The relative difference.

    Raises:
        UsageError: If it is above ``tolerance``.
    """
    difference = outputs_differ_by(original, converted, images)
    if not difference <= tolerance:
        shape = ' x '.join(map(str, images.shape[1:]))
        raise UsageError(
            f'The converted model computes something else: on {shape} images '
            f'its outputs differ by {difference:.1e} (relative), where '
            f'{tolerance:.0e} is allowed. Nothing was written; check that '
            'this is the shape of your images (--shape), and keep the model '
            'as it is if it is.')
    return difference
