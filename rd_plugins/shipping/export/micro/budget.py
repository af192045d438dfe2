"""A budget of SRAM, and what fits where a network does not."""
from copy import deepcopy
from typing import Iterator, Optional, Tuple

import torch
from mmpretrain.registry import MODELS
from torch import nn

from rd_plugins.models.utils import folded_if_possible
from rd_plugins.shipping.merge_shortcuts import DROPPED, TARGETS
from rd_plugins.shipping.read import TrainedModel
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.shortcuts import built_shortcuts
from .convert import to_int8, to_tflite
from .rotate import rotated
from .vela import KIB, Compiled, Target, compile_for

UNITS = dict(K=KIB, M=KIB**2)
SIDES_OF = 8  # smaller inputs have sides of a multiple of this


def parse_bytes(text: str) -> int:
    """Read a size such as ``'512K'`` or ``'2M'``.

    Raises:
        UsageError: If it is none.
    """
    number, unit = text[:-1], text[-1:].upper()
    if unit not in UNITS:
        number, unit = text, None
    try:
        size = int(float(number) * UNITS.get(unit, 1))
    except (ValueError, OverflowError):
        size = 0
    if size <= 0:
        raise UsageError(f'--sram {text} is no size; write a number of bytes, '
                         'or one with K or M, such as 512K.')
    return size


def compile_network(network: nn.Module, shape: Tuple[int, int, int],
                    target: Target, rotate: bool = False) -> Compiled:
    """Compile a network whose weights and outputs do not matter.

    Raises:
        UsageError: If it cannot be, or if it is to be rotated and cannot be.
    """
    network = folded_if_possible(network)
    if rotate:
        network = rotated(network, shape)
    image = torch.randn(1, *shape, generator=torch.Generator().manual_seed(0))
    floating = to_tflite(network, shape)
    return compile_for(to_int8(floating, [image]), target)


def check_budget(compiled: Compiled, target: Target, source: TrainedModel,
                 shape: Tuple[int, int, int], rotate: bool = False) -> None:
    """Check that the static allocation fits.

    Raises:
        UsageError: If it does not; it says by how much, and what would fit,
            which is compiled to know it.
    """
    if target.sram is None or compiled.sram <= target.sram:
        return
    fits = '; '.join(what_fits(compiled, target, source, shape, rotate))
    raise UsageError(
        f'The network needs {_kib(compiled.sram)} of SRAM on '
        f'{target.accelerator}, {_kib(compiled.sram - target.sram)} more than '
        f'the budget of {_kib(target.sram)}. '
        f'{f"What fits: {fits}" if fits else "Nothing that was tried fits"}. '
        'Nothing was written.')


def what_fits(compiled: Compiled, target: Target, source: TrainedModel,
              shape: Tuple[int, int, int], rotate: bool) -> Iterator[str]:
    """Changes after which a network fits the budget of a target."""
    same = dict(network=source.model, shape=shape, target=target,
                rotate=rotate)
    tried = {'--optimise Size': dict(target=target._replace(optimise='Size'))}
    if not rotate:
        tried['--rotate-180'] = dict(rotate=True)
    plain = plain_twin(source)
    if plain is not None:
        tried['the same network without shortcuts'] = dict(network=plain)
    scale = (target.sram / compiled.sram)**0.5
    sides = [int(side * scale) // SIDES_OF * SIDES_OF for side in shape[1:]]
    if all(sides):
        tried[f'images of {sides[0]} x {sides[1]}'] = dict(
            shape=(shape[0], *sides))
    for name, change in tried.items():
        try:
            needed = compile_network(**{**same, **change}).sram
        except UsageError:  # what the network cannot have
            continue
        if needed <= target.sram:
            yield f'{name} ({_kib(needed)})'


def plain_twin(source: TrainedModel) -> Optional[nn.Module]:
    """The network of a config without its shortcuts; None if there is none."""
    kind = type(source.model.backbone)
    if kind not in TARGETS or \
            built_shortcuts(source.model) not in ('all', 'downsample'):
        return None
    name, options = TARGETS[kind]
    model = deepcopy(source.cfg.model)
    model.pop('init_cfg', None)
    backbone = {key: value for key, value in model.backbone.items()
                if key not in DROPPED}
    model.backbone = dict(backbone, type=f'rd_plugins.{name}',
                          shortcut='none', **options)
    return MODELS.build(model).eval()


def _kib(size: int) -> str:
    return f'{size / KIB:.0f} KiB'
