"""What a state dict holds: weights, and those that only train."""
from typing import Dict

import torch

from .checkpoint_file import read_checkpoint
from .errors import UsageError

# Modules of this name are trained beside a student and not needed to predict.
AUXILIARY = 'auxiliary'


def is_fade_weight(key: str) -> bool:
    """Whether a key is that of the weight of a fading shortcut."""
    return key.endswith(f'.{AUXILIARY}.weight')


def is_auxiliary(key: str) -> bool:
    """Whether a key of a state dict is not needed to predict."""
    return AUXILIARY in key.split('.')[:-1]


def without_module_prefix(state_dict: Dict[str, torch.Tensor]) -> dict:
    """Drop the ``module.`` that DistributedDataParallel puts before keys."""
    return {
        key.removeprefix('module.'): value
        for key, value in state_dict.items()
    }


def read_weights(path: str) -> Dict[str, torch.Tensor]:
    """Read the weights of a checkpoint; see :func:`read_checkpoint`.

    Returns:
        dict[str, Tensor]: The weights by name, without ``module.``.
    """
    return without_module_prefix(read_checkpoint(path)['state_dict'])


def check_are_weights(state_dict: dict, origin: str) -> None:
    """Check that a state dict holds tensors and nothing else.

    Args:
        state_dict (dict): That of :func:`read_checkpoint`.
        origin (str): The source of it, for the message.

    Raises:
        UsageError: If it is empty, or holds something else.
    """
    if not state_dict:
        raise UsageError(f'{origin} holds no weights of a network; give a '
                         'checkpoint that a training has saved, or a state '
                         'dict.')
    for key, value in state_dict.items():
        if not torch.is_tensor(value):
            raise UsageError(f'{origin} is no checkpoint of weights: {key} is '
                             f'a {type(value).__name__}. Give a dict of '
                             'tensors by name.')


def check_shortcuts_are_gone(state_dict: Dict[str, torch.Tensor],
                             origin: str) -> None:
    """Check that the shortcuts of a student have faded to 0.

    Args:
        state_dict (dict[str, Tensor]): The weights.
        origin (str): The source of the weights, for the message.

    Raises:
        UsageError: If a fading shortcut has a weight above 0.
    """
    left = max((float(value) for key, value in state_dict.items()
                if is_fade_weight(key) and value.dim() == 0),
               default=0.0)
    if left:
        raise UsageError(
            f'{origin} is no plain network yet: the weight of its shortcuts '
            f'has faded to {left:.3g} only. Train on (--resume) until it is '
            '0.')
