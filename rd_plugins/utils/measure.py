"""Size and speed of networks."""
import io
import time
from contextlib import redirect_stdout
from statistics import median
from typing import Dict, Tuple

import torch
from mmengine.analysis import get_model_complexity_info
from torch import nn


def count_macs_and_params(model: nn.Module,
                          image: Tuple[int, ...]) -> Tuple[int, int]:
    """Multiply-accumulates per image and number of parameters.

    Args:
        model (nn.Module): The network.
        image (tuple[int]): The shape (C, H, W) of an image.

    Returns:
        tuple[int, int]: MACs (MMEngine counts one per multiply-add and calls
        them FLOPs) and parameters.
    """
    # MMEngine prints the modules that a forward pass does not call.
    with redirect_stdout(io.StringIO()):
        info = get_model_complexity_info(
            model, image, show_table=False, show_arch=False)
    return int(info['flops']), int(info['params'])


@torch.inference_mode()
def median_latency(models: Dict[str, nn.Module],
                   inputs: torch.Tensor,
                   repeats: int = 50,
                   warm_up: int = 10) -> Dict[str, float]:
    """Time the forward passes of several networks side by side.

    The networks take turns, so that a slow moment of the machine meets all of
    them.

    Args:
        models (dict[str, nn.Module]): The networks, on the inputs' device.
        inputs (Tensor): Shape (N, C, H, W).
        repeats (int): Timed passes of each. Defaults to 50.
        warm_up (int): Passes before the timing begins. Defaults to 10.

    Returns:
        dict[str, float]: The median in seconds, by name.
    """

    def wait() -> None:
        if inputs.is_cuda:
            torch.cuda.synchronize()

    times = {name: [] for name in models}
    for turn in range(warm_up + repeats):
        for name, model in models.items():
            wait()
            start = time.perf_counter()
            model(inputs)
            wait()
            if turn >= warm_up:
                times[name].append(time.perf_counter() - start)
    return {name: median(values) for name, values in times.items()}
