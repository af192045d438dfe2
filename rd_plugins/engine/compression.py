"""Which blocks of a trained ε-ResNet are redundant, and the network without.

What is removed is decided from weights, buffers and images, never from logs.
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
from rd_plugins.models.layers import is_open
from rd_plugins.utils.errors import UsageError
from .conversion import TrainedModel, with_preprocessor

# A last convolution whose norm is below this part of that at its
# initialisation has decayed; so far it only comes in a block that is closed.
DECAYED = 1e-3
GATE_ARGUMENTS = ('epsilon', 'gate_scope', 'eval_gates')
GATE_HOOKS = ('DeadBlockHook', 'EpsilonScheduleHook')
SIDE_ARGUMENTS = ('side_blocks', 'side_weight')


@dataclass
class Evidence:
    """What was measured of every block.

    Args:
        measure (str): What the numbers are.
        limit (float): Up to where they speak for removing the block.
        values (dict[str, float]): The numbers by block. Dead blocks have
            none.
        redundant (list[str]): The blocks to remove, in order: those that are
            dead, and those whose number is within the limit.
    """
    measure: str
    limit: float
    values: Dict[str, float]
    redundant: List[str]

    def of(self, name: str) -> str:
        """What is known of a block, in words."""
        return (f'{name} ({self.measure} {self.values[name]:.3g}, limit '
                f'{self.limit:.3g})')


def leave_what_is_evaluated(source: TrainedModel) -> None:
    """Freeze the gates of a model and drop its side heads, in place.

    Raises:
        UsageError: If it has none.
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


def _evidence(source: TrainedModel, measure: str, limit: float,
              values: List[float], within: List[bool]) -> Evidence:
    backbone = source.model.backbone
    dead = set(backbone.dead_blocks())
    return Evidence(
        measure, limit,
        {name: value for name, value in zip(backbone.blocks, values)
         if name not in dead},
        [name for name, is_within in zip(backbone.blocks, within)
         if is_within or name in dead])


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
    return _evidence(source, 'largest response', float(gates.epsilon),
                     peaks.tolist(),
                     (~is_open(peaks, gates.epsilon)).tolist())


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
    return _evidence(source, 'norm of the last convolution over that at the '
                     'start', DECAYED, values,
                     [value <= DECAYED for value in values])


def check_agreement(source: TrainedModel, evidence: Evidence) -> None:
    """Refuse evidence that contradicts the gates as evaluation has them.

    Raises:
        UsageError: If a block is redundant that evaluation computes, or the
            other way round.
    """
    closed = source.model.backbone.closed_blocks()
    passed = [evidence.of(name) for name in closed
              if name not in evidence.redundant]
    computed = [evidence.of(name) for name in evidence.redundant
                if name not in closed]
    found = [
        f'evaluation {does} {", ".join(names)}'
        for does, names in (('passes over', passed), ('computes', computed))
        if names
    ]
    if found:
        raise UsageError(
            f'The gates of {source.checkpoint} disagree with what was '
            f'measured: {"; ".join(found)}. Nothing was written; train on, or '
            'remove exactly what evaluation passes over with --as-evaluated.')


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
