"""The network that is left of a trained ε-ResNet without closed blocks.

Which blocks are closed is known from buffers of the checkpoint, and confirmed
by images or weights; never by logs.
"""
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from typing import Dict, List, Optional

import torch
from mmengine.config import Config
from mmengine.device import get_device
from mmengine.runner import Runner, set_random_seed
from mmpretrain.registry import MODELS
from torch import nn

from rd_plugins.models import SideSupervised
from rd_plugins.models.layers.strict_identity import SLOPE
from rd_plugins.utils.errors import UsageError
from .conversion import TrainedModel, with_preprocessor

# Below this part of its norm at initialisation, a convolution has decayed, as
# weight decay does it to blocks that get no gradient.
DECAYED = 1e-3
GATE_ARGUMENTS = ('epsilon', 'gate_scope', 'eval_gates')
GATE_HOOKS = ('DeadBlockHook', 'EpsilonScheduleHook')
SIDE_ARGUMENTS = ('side_blocks', 'side_weight')


@dataclass
class Evidence:
    """How weak the blocks of a network are.

    Args:
        measure (str): What the numbers are.
        limit (float): A block is weak up to here.
        values (dict[str, float]): The numbers by block. The dead have none.
    """
    measure: str
    limit: float
    values: Dict[str, float]

    def weak(self) -> List[str]:
        """The weak blocks, in order."""
        return [name for name, value in self.values.items()
                if value <= self.limit]

    def of(self, names: List[str]) -> str:
        """What is known of some blocks, in words."""
        return ', '.join(f'{name} ({self.measure} {self.values[name]:.3g}, '
                         f'limit {self.limit:.3g})' for name in names)


def leave_what_is_evaluated(source: TrainedModel) -> None:
    """Freeze the gates of a model and drop its side heads, in place.

    Raises:
        UsageError: If it has no gates.
    """
    gates = getattr(source.model.backbone, 'gates', None)
    if gates is None:
        raise UsageError(
            f'The {type(source.model.backbone).__name__} of {source.config} '
            'has no gates that could be closed; give the config of an '
            'EpsilonResNet or EpsilonResNet_CIFAR that was trained with '
            'gate=True.')
    gates.eval_gates = 'frozen'
    source.model.eval()
    if isinstance(source.model, SideSupervised):
        del source.model.auxiliary


def _values(source: TrainedModel, values: List[float]) -> Dict[str, float]:
    backbone = source.model.backbone
    dead = backbone.dead_blocks()
    return {name: value for name, value in zip(backbone.blocks, values)
            if name not in dead}


@torch.no_grad()
def evidence_of_responses(source: TrainedModel,
                          num_batches: Optional[int] = None) -> Evidence:
    """How strongly each block responds to the training set, in eval mode.

    Args:
        source (TrainedModel): An ε-ResNet with frozen gates.
        num_batches (int, optional): How many batches of the config's training
            loader are looked at. Defaults to None: all.

    Returns:
        Evidence: The largest absolute responses, against ε.
    """
    set_random_seed(0)
    loader_cfg = deepcopy(source.cfg.train_dataloader)
    loader_cfg.update(drop_last=False)
    if not loader_cfg.get('num_workers'):
        loader_cfg.update(persistent_workers=False)
    loader = Runner.build_dataloader(loader_cfg, seed=0)
    model = with_preprocessor(source).to(get_device())
    gates = model.backbone.gates
    with gates.calibration() as peaks:
        for batch in islice(loader, num_batches):
            batch = model.data_preprocessor(batch, training=False)
            model.backbone(batch['inputs'])
    return Evidence('largest response', float(gates.epsilon) + 1 / SLOPE,
                    _values(source, peaks.tolist()))


def evidence_of_weights(source: TrainedModel) -> Evidence:
    """How far the last convolution of each block has decayed.

    Args:
        source (TrainedModel): An ε-ResNet with frozen gates.

    Returns:
        Evidence: Norms of the weights, divided by what they are on average
        where training starts (He initialisation, fan-out).
    """
    values = []
    for name in source.model.backbone.blocks:
        block = source.model.backbone.get_submodule(name)
        weight = getattr(block, f'conv{block.num_convs}').weight.detach()
        at_start = (2 * weight.shape[1])**0.5
        values.append(weight.double().norm().item() / at_start)
    return Evidence('norm of the last convolution over that at the start',
                    DECAYED, _values(source, values))


def check_closed_blocks(source: TrainedModel, evidence: Evidence) -> List[str]:
    """Refuse gates that are closed before blocks that are not weak.

    Returns:
        list[str]: Weak blocks with open gates. Evaluation computes them.

    Raises:
        UsageError: If there is a closed block that is neither dead nor weak.
    """
    closed, weak = source.model.backbone.closed_blocks(), evidence.weak()
    strong = [name for name in closed
              if name in evidence.values and name not in weak]
    if strong:
        raise UsageError(
            f'Evaluation passes over {len(closed)} blocks of '
            f'{source.checkpoint}, but some of them are needed: '
            f'{evidence.of(strong)}. Nothing was written; train on, or remove '
            'them nevertheless, as in evaluation, with --as-evaluated.')
    return [name for name in weak if name not in closed]


def compressed_cfg(source: TrainedModel, removed: List[str],
                   fold: bool = False) -> Config:
    """The config of the network without blocks, gates and side heads.

    Args:
        source (TrainedModel): The ε-ResNet.
        removed (list[str]): Names of the blocks.
        fold (bool): Whether norms are folded. Defaults to False.
    """
    cfg = deepcopy(source.cfg)
    model, backbone = cfg.model, cfg.model.backbone
    for key in GATE_ARGUMENTS:
        backbone.pop(key, None)
    backbone.update(gate=False, removed_blocks=sorted(
        {*removed, *backbone.get('removed_blocks', ())},
        key=source.model.backbone.declared_blocks.index))
    if fold:
        backbone.deploy = True
    if isinstance(source.model, SideSupervised):
        model.type = 'ImageClassifier'
        for key in SIDE_ARGUMENTS:
            model.pop(key, None)
    cfg.custom_hooks = [
        hook for hook in cfg.get('custom_hooks') or []
        if str(hook['type']).split('.')[-1] not in GATE_HOOKS
    ]
    return cfg


def compressed_model(source: TrainedModel, removed: List[str],
                     fold: bool = False) -> nn.Module:
    """The network without blocks, gates and side heads, in float64.

    For the arguments see :func:`compressed_cfg`.

    Returns:
        nn.Module: In eval mode.
    """
    model = MODELS.build(compressed_cfg(source, removed).model)
    weights = source.model.state_dict()
    model.load_state_dict(
        {key: weights[key] for key in model.state_dict()}, strict=True)
    model = model.double().eval()
    if fold:
        model.backbone.switch_to_deploy()
    return model
