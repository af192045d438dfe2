"""Measuring the size and speed of networks."""
import time
from statistics import median
from typing import Any, Callable, Dict, Iterable, List, Sequence, Tuple

import torch
from mmengine.analysis import get_model_complexity_info
from torch import nn

from .quiet import quiet


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
    with quiet():  # MMEngine logs every operator that it does not count
        info = get_model_complexity_info(
            model, image, show_table=False, show_arch=False)
    return int(info['flops']), int(info['params'])


@torch.no_grad()
def accuracy(logits: Callable[[torch.Tensor], torch.Tensor],
             batches: Iterable[Tuple[torch.Tensor, torch.Tensor]]) -> float:
    """Percent of images whose class is right.

    Args:
        logits (Callable): Maps images (N, C, H, W) to logits (N, K).
        batches (Iterable): Pairs of images and labels (N, ).
    """
    right = total = 0
    for images, labels in batches:
        found = logits(images).argmax(1)
        right += int((found == labels.to(found)).sum())
        total += len(labels)
    return 100 * right / total


def wait_for_device() -> None:
    """Wait until the current GPU, if there is one, has finished its work."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def times_in_turns(functions: Dict[str, Callable[[], Any]],
                   repeats: int = 50,
                   warm_up: int = 10,
                   advance: Callable[[], Any] = lambda: None
                   ) -> Dict[str, List[float]]:
    """Time several functions side by side.

    The functions take turns, so a slow moment of the machine affects all of
    them. A GPU, if there is one, is synchronised before and after every call.

    Args:
        functions (dict[str, Callable]): The functions by name.
        repeats (int): Timed calls of each function. Defaults to 50.
        warm_up (int): Calls of each function before. Defaults to 10.
        advance (Callable): Called after every turn, for a progress bar.

    Returns:
        dict[str, list[float]]: All times in seconds, by name.
    """
    times: Dict[str, List[float]] = {name: [] for name in functions}
    for turn in range(warm_up + repeats):
        for name, function in functions.items():
            wait_for_device()
            start = time.perf_counter()
            function()
            wait_for_device()
            if turn >= warm_up:
                times[name].append(time.perf_counter() - start)
        advance()
    return times


def median_times(functions: Dict[str, Callable[[], Any]],
                 repeats: int = 50,
                 warm_up: int = 10,
                 advance: Callable[[], Any] = lambda: None
                 ) -> Dict[str, float]:
    """The medians of :func:`times_in_turns`, in seconds."""
    times = times_in_turns(functions, repeats, warm_up, advance)
    return {name: median(values) for name, values in times.items()}


def forward_pass(model: nn.Module,
                 batches: Sequence[torch.Tensor]) -> Callable[[], None]:
    """A function that runs a network on batches, without gradients.

    Args:
        model (nn.Module): The network, in eval mode.
        batches (Sequence[Tensor]): Each of shape (N, C, H, W).
    """

    @torch.inference_mode()
    def run() -> None:
        for batch in batches:
            model(batch)

    return run
