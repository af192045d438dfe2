"""The student in a config that trains it beside something else."""
from inspect import signature
from typing import Optional, Sequence

from mmengine.config import Config
from mmpretrain.models import ImageClassifier
from mmpretrain.registry import MODELS

from rd_plugins.engine.launch import read_config
from rd_plugins.models import Distiller

# They act on what is trained, by its name.
TRAINING_HOOKS = ('PhaseHook', )


def trains_a_student(model_cfg: dict) -> bool:
    """Whether the config of a model has more than what predicts."""
    kind = model_cfg.get('type')
    kind = MODELS.get(kind) if isinstance(kind, str) else kind
    return isinstance(kind, type) and issubclass(kind, Distiller)


def without_fading(model_cfg: dict) -> dict:
    """The config of the plain network that fading shortcuts leave behind."""
    backbone = model_cfg.get('backbone') or {}
    if not str(backbone.get('shortcut')).startswith('fading'):
        return model_cfg
    backbone = {key: value for key, value in backbone.items() if key != 'fade'}
    return dict(model_cfg, backbone=dict(backbone, shortcut='none'))


def student_cfg(model_cfg: dict) -> dict:
    """The config of what predicts in a model.

    A distiller is its student. Without the teacher, the losses and whatever
    else trains beside it, an ImageClassifier is left, which loads the
    checkpoint but for what lies under ``auxiliary``.

    Args:
        model_cfg (dict): Config of a classifier.

    Returns:
        dict: That of an ImageClassifier, or the same where there is nothing
        to leave out.
    """
    model_cfg = without_fading(model_cfg)
    if not trains_a_student(model_cfg):
        return model_cfg
    own = signature(ImageClassifier).parameters
    student = {key: value for key, value in model_cfg.items() if key in own}
    return dict(student, type='ImageClassifier')


def drop_custom_hooks(cfg: Config, kinds: Sequence[str]) -> None:
    """Take hooks out of a config, in place.

    Args:
        cfg (Config): The config of a run.
        kinds (Sequence[str]): Names of their classes.
    """
    cfg.custom_hooks = [
        hook for hook in cfg.get('custom_hooks') or []
        if str(hook['type']).split('.')[-1] not in kinds
    ]


def read_student_config(path: str,
                        cfg_options: Optional[dict] = None) -> Config:
    """Read a config and leave of it what a trained student needs.

    Args:
        path (str): Path of the config, that of a distiller or of a student
            alone.
        cfg_options (dict, optional): Changes to it. Defaults to None.

    Raises:
        UsageError: If there is no such file.
    """
    cfg = read_config(path)
    cfg.merge_from_dict(cfg_options or {})
    trained_beside = trains_a_student(cfg.model)
    cfg.model = student_cfg(cfg.model)
    if trained_beside:
        drop_custom_hooks(cfg, TRAINING_HOOKS)
    return cfg
