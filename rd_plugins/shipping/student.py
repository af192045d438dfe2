"""The config of the student alone, from a config that trains it."""
from inspect import signature
from typing import Optional

from mmengine.config import Config
from mmpretrain.models import ImageClassifier
from mmpretrain.registry import HOOKS, MODELS

from rd_plugins.engine import PhaseHook
from rd_plugins.engine.config_file import read_config
from rd_plugins.models import Distiller


def trains_a_student(model_cfg: dict) -> bool:
    """Whether a model's config is that of a :class:`Distiller`."""
    kind = model_cfg.get('type')
    kind = MODELS.get(kind) if isinstance(kind, str) else kind
    return isinstance(kind, type) and issubclass(kind, Distiller)


def without_fading(model_cfg: dict) -> dict:
    """The config with ``shortcut='none'`` in place of fading shortcuts."""
    backbone = model_cfg.get('backbone') or {}
    if not str(backbone.get('shortcut')).startswith('fading'):
        return model_cfg
    backbone = {key: value for key, value in backbone.items() if key != 'fade'}
    return dict(model_cfg, backbone=dict(backbone, shortcut='none'))


def student_cfg(model_cfg: dict) -> dict:
    """The config of a model for inference.

    The config of a distiller becomes that of an ImageClassifier, without
    teacher and objectives. It loads all weights of the checkpoint except those
    under ``auxiliary``.

    Args:
        model_cfg (dict): Config of a classifier.

    Returns:
        dict: The config of an ImageClassifier, or ``model_cfg`` itself if
        there is nothing to remove.
    """
    model_cfg = without_fading(model_cfg)
    if not trains_a_student(model_cfg):
        return model_cfg
    own = signature(ImageClassifier).parameters
    student = {key: value for key, value in model_cfg.items() if key in own}
    return dict(student, type='ImageClassifier')


def drop_custom_hooks(cfg: Config, *kinds: type) -> None:
    """Remove hooks from a config, in place.

    Args:
        cfg (Config): The config of a run.
        *kinds (type): Their classes; hooks derived from them go as well.
    """

    def goes(kind: object) -> bool:
        kind = HOOKS.get(kind) if isinstance(kind, str) else kind
        return isinstance(kind, type) and issubclass(kind, kinds)

    cfg.custom_hooks = [
        hook for hook in cfg.get('custom_hooks') or []
        if not goes(hook['type'])
    ]


def read_student_config(path: str,
                        cfg_options: Optional[dict] = None) -> Config:
    """Read a config and reduce it to the student's.

    Args:
        path (str): Path of the config of a distiller or of a classifier.
        cfg_options (dict, optional): Changes to the config. Defaults to None.

    Raises:
        UsageError: If there is no such file.
    """
    cfg = read_config(path)
    cfg.merge_from_dict(cfg_options or {})
    trained_beside = trains_a_student(cfg.model)
    cfg.model = student_cfg(cfg.model)
    if trained_beside:
        drop_custom_hooks(cfg, PhaseHook)
    return cfg
