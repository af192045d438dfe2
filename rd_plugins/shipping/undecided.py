"""Blocks of an unsettled ε-ResNet, tried both ways."""
import sys
from copy import deepcopy
from itertools import islice
from typing import Dict, Iterable, List, Optional, Set, Tuple

import torch
from mmengine.device import get_device
from mmengine.utils import track_iter_progress
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from rd_plugins.utils.measure import accuracy
from .read import TrainedModel, labelled, with_preprocessor
from .weak_blocks import Evidence, training_batches

# A gate that was closed in a larger share of the last steps has not decided.
SELDOM = 0.05
# Batches for the statistics of the norms, and as many to score.
BATCHES = 50


def open_all_but(model: nn.Module, names: Iterable[str]) -> None:
    """Take these blocks out and open the gates of all others, in place."""
    backbone = model.backbone
    gates, names = backbone.gates, set(names)
    gates.dead.copy_(
        torch.tensor([name in names for name in backbone.blocks]))
    gates.closed_average.zero_()
    gates.release()
    gates.update_skipped()


def is_settled(model: nn.Module) -> bool:
    """Whether no gate of a living block has closed lately."""
    gates = model.backbone.gates
    return not (gates.closed_average[gates.dead == 0] > SELDOM).any()


def undecided_blocks(source: TrainedModel,
                     evidence: Evidence) -> List[str]:
    """The living blocks whose gates are neither open nor closed for good.

    Those that were closed in some of the last steps, unless evaluation passes
    over them and they are weak. The most closed come first.
    """
    backbone = source.model.backbone
    average = dict(
        zip(backbone.blocks, backbone.gates.closed_average.tolist()))
    weak = evidence.weak()
    decided = {*backbone.dead_blocks(),
               *(name for name in backbone.closed_blocks() if name in weak)}
    return sorted((name for name in backbone.blocks
                   if name not in decided and average[name] > SELDOM),
                  key=average.__getitem__, reverse=True)


@torch.no_grad()
def estimate_statistics(model: nn.Module,
                        batches: Iterable[torch.Tensor]) -> None:
    """Estimate the statistics of the norms anew, in place.

    Frozen norms (``frozen_stages``, ``norm_eval``) keep theirs; PyTorch's
    ``update_bn`` would reset them, and nothing would fill them again.

    Args:
        model (nn.Module): A classifier; it is left in train mode.
        batches (Iterable[Tensor]): Images, shape (N, C, H, W).
    """
    model.train()
    momenta = {norm: norm.momentum for norm in model.modules()
               if isinstance(norm, _BatchNorm) and norm.training}
    for norm in momenta:
        norm.reset_running_stats()
        norm.momentum = None  # the mean over all batches
    for images in batches:
        model(images)
    for norm, momentum in momenta.items():
        norm.momentum = momentum


def _trial(model: nn.Module, removed: Set[str], statistics: List[dict],
           held_out: List[dict]) -> Tuple[float, nn.Module]:
    """Accuracy in percent without some blocks, and that network."""
    model = deepcopy(model)
    open_all_but(model, removed)
    preprocessor = model.data_preprocessor
    estimate_statistics(
        model, (images for images, _ in labelled(preprocessor, statistics)))
    model.eval()
    return accuracy(model, labelled(preprocessor, held_out)), model


def decide(source: TrainedModel, names: List[str],
           num_batches: Optional[int]) -> Dict[str, dict]:
    """Try blocks with and without, one by one, and keep the better, in place.

    The statistics of the norms are estimated anew for each trial, from
    training images; others of them are classified. Equal accuracies remove the
    block.

    Args:
        source (TrainedModel): An ε-ResNet with frozen gates.
        names (list[str]): The blocks.
        num_batches (int, optional): How many batches to estimate with, and as
            many to score. Defaults to None: 50, or half of the training set.

    Returns:
        dict[str, dict]: Accuracies in percent, ``kept`` and ``removed``, by
        block.
    """
    loader = training_batches(source)
    count = min(num_batches or BATCHES, max(1, len(loader) // 2))
    batches = list(islice(loader, 2 * count))
    split = (batches[:count], batches[count:] or batches)
    model = with_preprocessor(source).to(get_device())
    removed = set(model.backbone.closed_blocks())
    best, network = _trial(model, removed, *split)
    found = {}
    for name in track_iter_progress((names, len(names)), file=sys.stderr):
        score, other = _trial(model, removed ^ {name}, *split)
        without, kept = (best, score) if name in removed else (score, best)
        found[name] = dict(kept=round(kept, 2), removed=round(without, 2))
        if (name in removed) != (without >= kept):
            removed, best, network = removed ^ {name}, score, other
    print(file=sys.stderr)
    source.model.load_state_dict(network.state_dict())
    open_all_but(source.model, removed)
    source.model.eval()
    return found
