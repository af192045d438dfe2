"""The difference of two tensors."""
import torch


def relative_difference(expected: torch.Tensor, found: torch.Tensor) -> float:
    """The largest absolute difference over the largest expected magnitude.

    Args:
        expected (Tensor): Of any shape.
        found (Tensor): Of the same shape.

    Returns:
        float: Infinity if shapes differ or a number is not finite.
    """
    expected, found = expected.detach().double(), found.detach().double()
    if expected.shape != found.shape:
        return float('inf')
    difference = (expected - found).abs().max() / expected.abs().max().clamp(
        min=torch.finfo(torch.double).tiny)
    return difference.item() if difference.isfinite() else float('inf')
