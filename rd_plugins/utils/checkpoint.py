"""Whether a checkpoint belongs to a model, with errors a user can act on."""
from typing import Any, Dict, Iterator, List, Optional, Tuple

import torch
from mmengine.model import BaseTTAModel
from torch import nn

from .checkpoint_file import read_checkpoint
from .errors import UsageError
from .shortcuts import check_same_shortcuts
from .type_name import type_name
from .weights import (check_shortcuts_are_gone, is_auxiliary, is_fade_weight,
                      without_module_prefix)


def _innermost(model: nn.Module) -> nn.Module:
    while isinstance(model, BaseTTAModel):
        model = model.module
    return model


def _differences(
    found: Dict[str, torch.Tensor], needed: Dict[str, torch.Tensor]
) -> Iterator[Tuple[str, List[str]]]:
    """How a state dict differs from the needed one, with the keys."""
    yield 'lacks', [
        key for key in needed
        if key not in found and not key.endswith('num_batches_tracked')
    ]
    yield 'has, unlike the config,', [key for key in found
                                      if key not in needed]
    yield 'has another shape of', [
        key for key in needed
        if key in found and needed[key].shape != found[key].shape
    ]


def check_state_dict_fits(state_dict: Dict[str, torch.Tensor],
                          model: nn.Module,
                          origin: str,
                          auxiliary: bool = False) -> None:
    """Check that a state dict has exactly the weights of a model.

    MMEngine loads the weights that fit and warns about the others, so a test
    with the wrong file would use partly random weights.

    Args:
        state_dict (dict[str, Tensor]): The weights.
        model (nn.Module): The model to load them, wrapped or not.
        origin (str): The source of the weights, for the message.
        auxiliary (bool): Whether to check auxiliary weights too. They are
            needed to train on, but not to predict. Defaults to False.

    Raises:
        UsageError: If weights are missing, unexpected or of another shape.
    """

    def counted(weights: Dict[str, torch.Tensor]) -> dict:
        return {
            key: value
            for key, value in weights.items()
            if auxiliary or not is_auxiliary(key)
        }

    needed = counted(_innermost(model).state_dict())
    for kind, keys in _differences(counted(state_dict), needed):
        if keys:
            more = f' and {len(keys) - 1} more' if len(keys) > 1 else ''
            raise UsageError(
                f'{origin} does not belong to this config: it {kind} '
                f'{keys[0]}{more}. Give the config that it was trained with, '
                'or its plain twin; weights of torchvision or timm go through '
                'tools/model_converters/convert_teacher.py first.')


def fitting_weights(checkpoint: dict,
                    model: nn.Module,
                    origin: str,
                    auxiliary: bool = False) -> Dict[str, torch.Tensor]:
    """The weights of a checkpoint, after a check that they are the model's.

    Args:
        checkpoint (dict): The result of :func:`read_checkpoint`.
        model (nn.Module): The model to load them, wrapped or not.
        origin (str): The source of the weights, for the message.
        auxiliary (bool): See :func:`check_state_dict_fits`.

    Raises:
        UsageError: If they do not fit, or if they are those of a network with
            other shortcuts: with some that have not faded, where the model
            has none.
    """
    weights = without_module_prefix(checkpoint['state_dict'])
    if not any(map(is_fade_weight, _innermost(model).state_dict())):
        check_shortcuts_are_gone(weights, origin)
    check_state_dict_fits(weights, model, origin, auxiliary)
    check_same_shortcuts(checkpoint['meta'], _innermost(model), origin)
    return weights


def load_weights(path: str, model: nn.Module) -> dict:
    """Load a checkpoint that fits, and return it.

    See :func:`fitting_weights`.
    """
    checkpoint = read_checkpoint(path)
    weights = fitting_weights(checkpoint, model, path)
    needed = model.state_dict()
    model.load_state_dict(
        {key: value for key, value in weights.items() if key in needed},
        strict=False)
    return checkpoint


def check_checkpoint_fits(path: str, model: nn.Module) -> None:
    """Check a checkpoint before a test; see :func:`fitting_weights`."""
    fitting_weights(read_checkpoint(path), model, path)


def pretrained_files(init_cfg: Any) -> List[Optional[str]]:
    """The checkpoints that an ``init_cfg`` names; None where it names none.

    Args:
        init_cfg (dict | Sequence[dict], optional): As MMEngine takes it.
    """
    items = [init_cfg] if isinstance(init_cfg, dict) else init_cfg or ()
    return [item.get('checkpoint') for item in items
            if item and type_name(item) in ('Pretrained', 'PretrainedInit')]
