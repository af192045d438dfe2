"""Checks of phases against the model they train."""
from itertools import accumulate
from typing import Sequence

from mmengine.optim import OptimWrapper
from torch import nn

from rd_plugins.models.backbones.fading_blocks import FadingStages
from rd_plugins.utils.errors import UsageError
from .phase import Phase, covers


def check_phase(phase: Phase, model: nn.Module,
                optim_wrapper: OptimWrapper) -> None:
    """Check what a phase names.

    Raises:
        UsageError: If the model's config has frozen what it trains, or the
            model has no such parameters or objectives.
    """
    names = [name for name, _ in model.named_parameters()]
    optimized = {
        id(parameter) for group in optim_wrapper.param_groups
        for parameter in group['params']
    }
    for name, parameter in model.named_parameters():
        if phase.trains(name) and not (parameter.requires_grad
                                       and id(parameter) in optimized):
            raise UsageError(
                f'Phase {phase.name!r} trains {name}, which the model\'s '
                'config has frozen; leave that to the phases (no '
                'frozen_stages, no requires_grad=False).')
    for chosen in () if phase.train == 'all' else phase.train:
        if not any(covers(chosen, name) for name in names):
            raise UsageError(
                f'Phase {phase.name!r} trains {chosen!r}, which has no '
                'parameters in this model; it has, for example, '
                f'{names[0]!r}.')
    if hasattr(model, 'named_objectives'):
        model.named_objectives(phase.active)
    elif phase.active is not None:
        raise UsageError(
            f'Phase {phase.name!r} names the objectives '
            f'{", ".join(phase.active)}, but {type(model).__name__} is no '
            'Distiller and has one loss only; leave them out.')


def check_fades(phases: Sequence[Phase], model: nn.Module) -> None:
    """Check that a block which loses its shortcut is trained meanwhile.

    Raises:
        UsageError: If a phase freezes it.
    """
    fades = {
        f'{name}.{block}': fade
        for name, backbone in model.named_modules()
        if isinstance(backbone, FadingStages) and backbone.fade
        for block, fade in backbone.fades.items()
    }
    ends = list(accumulate(phase.epochs for phase in phases))
    for phase, end in zip(phases, ends):
        first, last = (end - phase.epochs) / ends[-1], end / ends[-1]
        for block, fade in fades.items():
            overlaps = fade.begin + 1e-6 < last and first + 1e-6 < fade.horizon
            if overlaps and not phase.trains(block):
                raise UsageError(
                    f'The shortcut of {block} fades from {fade.begin:.4g} to '
                    f'{fade.horizon:.4g} of the run, but phase '
                    f'{phase.name!r}, from {first:.4g} to {last:.4g}, does '
                    'not train that block; choose begin and horizon of fade, '
                    'a number for each stage, within phases that do.')
