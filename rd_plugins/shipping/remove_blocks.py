"""A trained ε-ResNet without gates and without its closed blocks."""
from copy import deepcopy
from typing import List

from mmengine.config import Config
from mmpretrain.registry import MODELS
from torch import nn

from rd_plugins.engine import DeadBlockHook, EpsilonScheduleHook
from rd_plugins.engine.config_file import schedulers_in
from rd_plugins.utils.errors import UsageError
from .read import TrainedModel
from .student import drop_custom_hooks

GATE_ARGUMENTS = ('epsilon', 'gate_scope', 'eval_gates')


def freeze_gates(source: TrainedModel) -> None:
    """Freeze the gates of a model, in place.

    Raises:
        UsageError: If it has no gates.
    """
    gates = getattr(source.model.backbone, 'gates', None)
    if gates is None:
        raise UsageError(
            f'The {type(source.model.backbone).__name__} of {source.config} '
            'has no gates that could be closed; give the config of an '
            'EpsilonResNet, EpsilonResNet_CIFAR or another gated network that '
            'was trained with gate=True.')
    gates.eval_gates = 'frozen'
    source.model.eval()


def compressed_cfg(source: TrainedModel, removed: List[str],
                   fold: bool = False) -> Config:
    """The config of a network without gates and without some blocks.

    Args:
        source (TrainedModel): The ε-ResNet.
        removed (list[str]): Names of the blocks to remove.
        fold (bool): Whether norms are folded. Defaults to False.
    """
    cfg = deepcopy(source.cfg)
    backbone = cfg.model.backbone
    for key in GATE_ARGUMENTS:
        backbone.pop(key, None)
    backbone.update(gate=False, removed_blocks=sorted(
        {*removed, *backbone.get('removed_blocks', ())},
        key=source.model.backbone.declared_blocks.index))
    if fold:
        backbone.deploy = True
    drop_custom_hooks(cfg, DeadBlockHook, EpsilonScheduleHook)
    _drop_restarts(cfg)
    return cfg


def _drop_restarts(cfg: Config) -> None:
    """Without gates no block closes, which a restart would wait for."""
    for scheduler in schedulers_in(cfg):
        for option in ('restart_milestones', 'restart_factors', 'tail'):
            scheduler.pop(option, None)


def compressed_model(source: TrainedModel, removed: List[str],
                     fold: bool = False) -> nn.Module:
    """Build the network without gates and without some blocks, in float64.

    For the arguments see :func:`compressed_cfg`.

    Returns:
        nn.Module: The network with its weights, in eval mode.
    """
    model = MODELS.build(compressed_cfg(source, removed).model)
    weights = source.model.state_dict()
    model.load_state_dict(
        {key: weights[key] for key in model.state_dict()}, strict=True)
    model = model.double().eval()
    if fold:
        model.backbone.switch_to_deploy()
    return model
