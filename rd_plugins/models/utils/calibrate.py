"""The responses of an ε-ResNet's blocks to images."""
from itertools import islice
from typing import Iterable, Optional

import torch
from torch import nn

from .modes import evaluating


@torch.no_grad()
def calibrate(model: nn.Module,
              batches: Iterable[dict],
              num_batches: Optional[int] = None) -> torch.Tensor:
    """Run a network in eval mode and collect the responses of its blocks.

    Blocks that are closed but not dead are computed; their gates stay closed.

    Args:
        model (nn.Module): A classifier whose backbone is an ε-ResNet. The
            modes of its modules are restored at the end.
        batches (Iterable[dict]): A dataloader.
        num_batches (int, optional): Number of batches. Defaults to None: all.

    Returns:
        Tensor: The largest absolute response of each block, float32, (B, );
        0 for dead blocks.
    """
    gates = model.backbone.gates
    try:
        with evaluating(model), gates.calibration() as peaks:
            for batch in islice(batches, num_batches):
                batch = model.data_preprocessor(batch, training=False)
                model.backbone(batch['inputs'])
    finally:
        gates.update_skipped()  # by the modes that are restored
    return peaks
