"""Whether a checkpoint belongs to a model, with errors a user can act on."""
from typing import Any, Dict, Iterator, List, Optional, Tuple

import torch
from mmengine.model import BaseTTAModel, is_model_wrapper
from torch import nn

from .checkpoint_file import read_checkpoint
from .errors import UsageError
from .shortcuts import check_same_shortcuts
from .type_name import type_name

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


def _innermost(model: nn.Module) -> nn.Module:
    while is_model_wrapper(model) or isinstance(model, BaseTTAModel):
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


def check_checkpoint_fits(path: str, model: nn.Module) -> None:
    """Check a checkpoint before a test; see :func:`fitting_weights`."""
    fitting_weights(read_checkpoint(path), model, path)


def check_checkpoint_resumes(path: str, model: nn.Module) -> dict:
    """Check that a run can be resumed from a checkpoint.

    Args:
        path (str): The checkpoint.
        model (nn.Module): The model of the run.

    Returns:
        dict: The checkpoint.

    Raises:
        UsageError: If its weights do not fit, or it has only weights.
    """
    checkpoint = read_checkpoint(path)
    meta = checkpoint['meta']
    absent = [
        name for name, part in (('meta.epoch', meta.get('epoch')),
                                ('meta.iter', meta.get('iter')),
                                ('optimizer', checkpoint.get('optimizer')),
                                ('message_hub', checkpoint.get('message_hub')))
        if part is None
    ]
    if absent:
        raise UsageError(f'{path} cannot be resumed: it has no {absent[0]}. '
                         'Resume from a checkpoint that a training has saved, '
                         'or start from these weights: --cfg-options '
                         f'load_from={path}.')
    fitting_weights(checkpoint, model, path, auxiliary=True)
    return checkpoint


def check_checkpoint_starts(path: str, model: nn.Module) -> None:
    """Check that a checkpoint has weights that a run can start from.

    Args:
        path (str): The checkpoint.
        model (nn.Module): The model of the run.

    Raises:
        UsageError: If none of its keys is in the model's state dict.
    """
    found = read_weights(path)
    needed = _innermost(model).state_dict()
    if not any(key in needed for key in found):
        raise UsageError(f'{path} has no weights of this model: it has '
                         f'{next(iter(found), "none")}, where the model has '
                         f'{next(iter(needed))}. Convert it first, see '
                         'tools/model_converters.')


def pretrained_files(init_cfg: Any) -> List[Optional[str]]:
    """The checkpoints that an ``init_cfg`` names; None where it names none.

    Args:
        init_cfg (dict | Sequence[dict], optional): As MMEngine takes it.
    """
    items = [init_cfg] if isinstance(init_cfg, dict) else init_cfg or ()
    return [item.get('checkpoint') for item in items
            if item and type_name(item) in ('Pretrained', 'PretrainedInit')]


def check_pretrained_parts(model: nn.Module) -> None:
    """Check the files that parts of a model start from (``init_cfg``).

    Args:
        model (nn.Module): A model whose weights are not initialised yet.

    Raises:
        UsageError: If one of them cannot be read.
    """
    for module in model.modules():
        for path in filter(None, pretrained_files(
                getattr(module, 'init_cfg', None))):
            read_checkpoint(path)
