"""The size of a run's network."""
from typing import Optional, Tuple

from mmengine.config import Config
from torch import nn

from rd_plugins.engine.config_file import build_model
from rd_plugins.shipping.read import image_shape
from rd_plugins.shipping.student import student_cfg
from rd_plugins.utils.checkpoint import load_weights
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.measure import count_macs_and_params
from .run import Run


def count_blocks(backbone: nn.Module) -> Optional[int]:
    """The number of blocks of a network of the ResNet family, else None."""
    if hasattr(backbone, 'dead_blocks'):
        return backbone.num_blocks - len(backbone.dead_blocks())
    if not hasattr(backbone, 'res_layers'):
        return None
    return sum(len(getattr(backbone, name)) for name in backbone.res_layers)


def student_config(run: Run) -> Config:
    """What a run is tested with, without a teacher."""
    cfg = run.test_config()
    cfg.model = student_cfg(cfg.model)
    return cfg


def tested_network(run: Run, cfg: Config) -> nn.Module:
    """The network of a :func:`student_config`.

    With its weights where they tell which blocks are dead.
    """
    model = build_model(cfg)
    if hasattr(model.backbone, 'dead_blocks'):
        load_weights(run.checkpoint(), model)
    return model.eval()


def tested_shape(cfg: Config) -> Optional[Tuple[int, ...]]:
    """The shape of an image; None if the config does not say."""
    try:
        return image_shape(cfg)
    except UsageError:
        return None


def measured_size(run: Run) -> dict:
    """Blocks, parameters and multiply-accumulates of the tested network.

    Without the dead blocks of an ε-ResNet, which are not computed. What is
    not known is None.
    """
    cfg = student_config(run)
    model, shape = tested_network(run, cfg), tested_shape(cfg)
    macs, params = count_macs_and_params(model, shape) if shape else (
        None, sum(each.numel() for each in model.parameters()))
    dead = getattr(model.backbone, 'dead_parameters', tuple)()
    params -= sum(each.numel() for each in dead)
    return dict(blocks=count_blocks(model.backbone), params=params, macs=macs)
