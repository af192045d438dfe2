"""Which blocks of a trained ε-ResNet are weak, by images or by weights.

Which blocks are closed is read from the checkpoint's buffers, not from logs.
"""
import sys
from copy import deepcopy
from dataclasses import dataclass
from typing import Dict, List, Optional

from mmengine.device import get_device
from mmengine.runner import Runner, set_random_seed
from mmengine.utils import track_iter_progress
from torch.utils.data import DataLoader

from rd_plugins.models.layers import largest_closed
from rd_plugins.models.utils import calibrate
from rd_plugins.utils.errors import UsageError
from .read import TrainedModel, with_preprocessor

# Relative to its norm at initialisation, a convolution below this has decayed:
# weight decay does so in blocks that get no gradient.
DECAYED = 1e-3


@dataclass
class Evidence:
    """How weak the blocks of a network are.

    Args:
        criterion (str): What was computed for each block.
        limit (float): Blocks with a value up to this limit are weak.
        values (dict[str, float]): The value of each block that is not dead.
    """
    criterion: str
    limit: float
    values: Dict[str, float]

    def weak(self) -> List[str]:
        """The weak blocks, in order."""
        return [name for name, value in self.values.items()
                if value <= self.limit]

    def of(self, names: List[str]) -> str:
        """Describe the values of some blocks for a message."""
        return ', '.join(f'{name} ({self.criterion} {self.values[name]:.3g}, '
                         f'limit {self.limit:.3g})' for name in names)


def _values(source: TrainedModel, values: List[float]) -> Dict[str, float]:
    backbone = source.model.backbone
    dead = backbone.dead_blocks()
    return {name: value for name, value in zip(backbone.blocks, values)
            if name not in dead}


def training_batches(source: TrainedModel) -> DataLoader:
    """The training images in an order that is always the same."""
    set_random_seed(0)
    loader_cfg = deepcopy(source.cfg.train_dataloader)
    loader_cfg.update(drop_last=False)
    if not loader_cfg.get('num_workers'):
        loader_cfg.update(persistent_workers=False)
    return Runner.build_dataloader(loader_cfg, seed=0)


def evidence_of_responses(source: TrainedModel,
                          num_batches: Optional[int] = None) -> Evidence:
    """How strongly each block responds to the training set, in eval mode.

    Args:
        source (TrainedModel): An ε-ResNet with frozen gates.
        num_batches (int, optional): How many batches of the config's training
            loader are used. Defaults to None: all.

    Returns:
        Evidence: The largest absolute responses, with the limit ε.
    """
    loader = training_batches(source)
    model = with_preprocessor(source).to(get_device())
    count = min(num_batches or len(loader), len(loader))
    batches = track_iter_progress((loader, count), file=sys.stderr)
    peaks = calibrate(model, batches, count)
    print(file=sys.stderr)  # after the progress
    limit = largest_closed(model.backbone.gates.epsilon)
    return Evidence('largest response', limit,
                    _values(source, peaks.tolist()))


def evidence_of_weights(source: TrainedModel) -> Evidence:
    """How far the last convolution of each block has decayed.

    Args:
        source (TrainedModel): An ε-ResNet with frozen gates.

    Returns:
        Evidence: Norms of the weights, divided by their expected norm at
        initialisation (He, fan-out).
    """
    values = []
    for name in source.model.backbone.blocks:
        block = source.model.backbone.get_submodule(name)
        if not hasattr(block, 'num_convs'):
            raise UsageError(
                'The weights of a branch that ends with a norm or a learned '
                'scale do not show how strongly it responds; leave '
                '--by-weights out.')
        weight = getattr(block, f'conv{block.num_convs}').weight.detach()
        at_start = (2 * weight.shape[1])**0.5
        values.append(weight.double().norm().item() / at_start)
    return Evidence('norm of the last convolution over that at the start',
                    DECAYED, _values(source, values))


def strong_blocks(source: TrainedModel, evidence: Evidence) -> List[str]:
    """The closed blocks that are neither dead nor weak."""
    weak = evidence.weak()
    return [name for name in source.model.backbone.closed_blocks()
            if name in evidence.values and name not in weak]


def refuse_strong_blocks(source: TrainedModel, evidence: Evidence) -> None:
    """Refuse to decide about closed blocks by their weights.

    Raises:
        UsageError: If there is a closed block that is neither dead nor weak.
    """
    strong = strong_blocks(source, evidence)
    if strong:
        raise UsageError(
            f'Evaluation passes over '
            f'{len(source.model.backbone.closed_blocks())} blocks of '
            f'{source.checkpoint}, but some of them may be needed: '
            f'{evidence.of(strong)}. Nothing was written; leave --by-weights '
            'out to try them on images, or remove only what is dead with '
            '--dead-only, or all as in evaluation with --as-evaluated.')
