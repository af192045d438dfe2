"""What each residual branch costs, as a share of the network."""
from contextlib import contextmanager
from typing import Iterator, List

import torch
from mmengine.analysis import FlopAnalyzer
from torch import nn

from rd_plugins.utils.measure import times_in_turns
from rd_plugins.utils.quiet import quiet
from .modes import evaluating


@contextmanager
def _all_alive(model: nn.Module) -> Iterator[None]:
    """In eval mode, with every block computed."""
    gates = model.backbone.gates
    try:
        with evaluating(model):
            gates.skipped = [False] * len(gates.skipped)
            yield
    finally:
        gates.update_skipped()  # by the modes that are restored


def shares_of_macs(model: nn.Module, image: torch.Tensor) -> List[float]:
    """The share of the network's MACs that each block's branch has.

    Args:
        model (nn.Module): A classifier whose backbone has gates.
        image (Tensor): Shape (1, C, H, W), on the model's device.
    """
    with quiet(), _all_alive(model):
        counts = FlopAnalyzer(model, image).by_module()
    backbone = model.backbone
    return [
        sum(counts[f'backbone.{name}.{part}']
            for part in backbone.get_submodule(name).residual_names) /
        counts[''] for name in backbone.blocks
    ]


@torch.no_grad()
def shares_of_time(model: nn.Module,
                   image: torch.Tensor,
                   repeats: int = 20) -> List[float]:
    """The share of the network's latency that each block's branch has.

    The network is timed whole and without each branch, in turns; the smallest
    time of each counts. A branch that makes no difference has 0.

    Args:
        model (nn.Module): A classifier whose backbone has gates.
        image (Tensor): Shape (N, C, H, W), on the model's device.
        repeats (int): Timed passes of each. Defaults to 20.
    """
    gates, blocks = model.backbone.gates, model.backbone.blocks

    def passing_over(index: int):

        def run() -> None:
            gates.skipped = [each == index for each in range(len(blocks))]
            model(image)

        return run

    with _all_alive(model):
        times = times_in_turns(
            {index: passing_over(index) for index in range(-1, len(blocks))},
            repeats, warm_up=3)
    fastest = [min(times[index]) for index in range(-1, len(blocks))]
    return [max(0.0, 1 - time / fastest[0]) for time in fastest[1:]]
