"""Checks of phases against the model they train."""
from itertools import accumulate
from typing import List, Sequence, Tuple

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


def check_decay(phase: Phase, optim_wrapper: OptimWrapper) -> None:
    """Check that a phase's weight decay can be shared out.

    Raises:
        UsageError: If ``decay_mult`` is lost, as the optimizer has no decay.
    """
    base = optim_wrapper.optimizer.defaults.get('weight_decay', 0.0)
    is_grouped = len(optim_wrapper.param_groups) > 1  # by paramwise_cfg
    if phase.weight_decay and not base and is_grouped:
        raise UsageError(
            f'Phase {phase.name!r} has weight_decay={phase.weight_decay} and '
            'the optimizer has none, which leaves nothing of the decay_mult '
            'in paramwise_cfg; give the optimizer this weight_decay, and 0 to '
            'the phases that shall have none.')


def spans(phases: Sequence[Phase]) -> List[Tuple[float, float]]:
    """The fractions of the run between which the phases lie."""
    ends = [0, *accumulate(phase.epochs for phase in phases)]
    return [(first / ends[-1], last / ends[-1])
            for first, last in zip(ends, ends[1:])]


def span_of(stage: str, phases: Sequence[Phase]) -> Tuple[float, float]:
    """The span of the first phase that trains a stage.

    Args:
        stage (str): Its name in the model.
        phases (Sequence[Phase]): All phases of the run.

    Raises:
        UsageError: If there is none.
    """
    for phase, span in zip(phases, spans(phases)):
        if phase.trains(stage):
            return span
    raise UsageError(
        f"fade has by='phase', but no phase trains {stage}; give custom_hooks "
        "a PhaseHook with one that does, or leave by out.")


def check_fades(phases: Sequence[Phase], name: str,
                backbone: FadingStages) -> None:
    """Check that a block which loses its shortcut is trained meanwhile.

    Args:
        phases (Sequence[Phase]): All phases of the run.
        name (str): The backbone's name in the model.
        backbone (FadingStages): The backbone.

    Raises:
        UsageError: If a phase freezes it.
    """
    for phase, (first, last) in zip(phases, spans(phases)):
        for block, fade in backbone.fades.items():
            overlaps = fade.begin + 1e-6 < last and first + 1e-6 < fade.horizon
            if overlaps and not phase.trains(f'{name}.{block}'):
                raise UsageError(
                    f'The shortcut of {name}.{block} fades from '
                    f'{fade.begin:.4g} to {fade.horizon:.4g} of the run, but '
                    f'phase {phase.name!r}, from {first:.4g} to {last:.4g}, '
                    "does not train that block; set by='phase' in fade, or "
                    'choose its begin and horizon within phases that do.')


def check_fading_blocks_train(phases: Sequence[Phase], name: str,
                              backbone: FadingStages) -> None:
    """Check that nothing but a phase freezes a block that loses its shortcut.

    For the arguments see :func:`check_fades`.

    Raises:
        UsageError: If something does.
    """
    for block in () if phases else backbone.fades:
        if not any(parameter.requires_grad for parameter in
                   backbone.get_submodule(block).parameters()):
            raise UsageError(
                f'The shortcut of {name}.{block} fades and the block is '
                'frozen, so it could not make up for it; set frozen_stages=-1 '
                'in the backbone, or shortcut=\'none\'.')


def check_shortcuts_go(backbone: FadingStages, steps: int) -> None:
    """Check that the last step of a run has no shortcuts any more.

    Args:
        backbone (FadingStages): The backbone.
        steps (int): Those of the run.

    Raises:
        UsageError: If it has, and what is saved were no plain network.
    """
    last = (steps - 1) / steps
    late = max(fade.horizon for fade in backbone.fades.values())
    if late > last:
        raise UsageError(
            f'Shortcuts fade until {late:.4g} of the run, and the last of its '
            f'{steps} steps begins at {last:.4g}: they would not be gone. Set '
            'a smaller fade.horizon, or train longer.')
