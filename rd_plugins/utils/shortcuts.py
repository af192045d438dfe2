"""Which shortcuts a checkpoint's network has, beside what a config builds.

A plain network and its residual teacher may have weights of the same names and
shapes: shortcuts without parameters leave no trace among them. With each
other's weights they predict at random.
"""
from typing import Optional

from torch import nn

from .errors import UsageError
from .recorded_config import read_recorded
from .type_name import type_name

# What backbones have unless their ``shortcut`` says otherwise. Others have
# names of weights of their own, or are not known here.
DEFAULTS = dict(
    CifarResNet='projection', PlainResNet='none', PlainResNet_CIFAR='none',
    ResNet='all', ResNet_CIFAR='all', ResNetV1c='all', ResNetV1d='all')
# Options that mean the same to a trained network, or are told apart by keys
SAME = dict(
    projection='all', pad='all', fading='none', fading_pad='none',
    merged_downsample='merged')
NAMES = dict(
    all='a residual network', none='a plain network',
    downsample='a network with projections alone',
    merged='a network with merged shortcuts')


def shortcuts_of(kind: str, shortcut: Optional[str] = None) -> Optional[str]:
    """Which shortcuts a trained backbone has.

    Args:
        kind (str): Its type, with or without a scope.
        shortcut (str, optional): The option of that name. Defaults to None.

    Returns:
        str | None: A key of ``NAMES``; None for backbones that are not known.
    """
    shortcut = shortcut or DEFAULTS.get(str(kind).split('.')[-1])
    shortcut = SAME.get(shortcut, shortcut)
    return shortcut if shortcut in NAMES else None


def built_shortcuts(model: nn.Module) -> Optional[str]:
    """The shortcuts of a model; see :func:`shortcuts_of`."""
    backbone = getattr(model, 'backbone', None)
    kind = type(backbone).__name__
    if kind not in DEFAULTS:
        return None
    return shortcuts_of(kind, getattr(backbone, 'shortcut', None))


def recorded_shortcuts(meta: dict) -> Optional[str]:
    """The shortcuts that a checkpoint's metadata tell of.

    A Runner saves its config; a published file has the stamp ``shortcuts``.
    """
    model = read_recorded(meta.get('cfg')).get('model')
    backbone = model.get('backbone') if isinstance(model, dict) else None
    if isinstance(backbone, dict):
        kind = type_name(backbone)
        if kind in DEFAULTS:
            return shortcuts_of(kind, backbone.get('shortcut'))
    stamp = meta.get('shortcuts')
    return stamp if isinstance(stamp, str) and stamp in NAMES else None


def check_same_shortcuts(meta: dict, model: nn.Module, origin: str) -> None:
    """Check that a checkpoint has the shortcuts of a model.

    Args:
        meta (dict): The checkpoint's metadata.
        model (nn.Module): The model that shall load it.
        origin (str): The source of the weights, for the message.

    Raises:
        UsageError: If the metadata tell of other shortcuts.
    """
    found, needed = recorded_shortcuts(meta), built_shortcuts(model)
    if found and needed and found != needed:
        raise UsageError(
            f'{origin} holds {NAMES[found]} and the config builds '
            f'{NAMES[needed]}. Their weights have the same names, but with '
            "each other's they predict at random. Give the config that it was "
            'trained with, or another checkpoint; to make a plain network of '
            'a residual one, distil it (configs/no_res) or convert it '
            '(tools/model_converters/remove_shortcuts.py).')
