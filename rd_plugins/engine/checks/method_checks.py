"""Checks that the parts of a method are all there, and act.

A check is a function of the built Runner that raises a UsageError; add it to
CHECKS.
"""
import inspect
from typing import Iterator, List

from mmengine.hooks import CheckpointHook, EMAHook
from mmengine.runner import EpochBasedTrainLoop, Runner
from torch import nn

from rd_plugins.engine.hooks import (DeadBlockHook, EpsilonScheduleHook,
                                     PhaseHook)
from rd_plugins.engine.parts import hooks_of, schedulers_of
from rd_plugins.engine.schedulers import RestartMultiStepLR
from rd_plugins.engine.wrapping import unwrap_model
from rd_plugins.models import StagewiseDistiller
from rd_plugins.models.layers import (EndOfStep, FadingShortcut, GateStates,
                                      StrictIdentity)
from rd_plugins.utils.errors import UsageError
from .epsilon_checks import EPSILON_CHECKS

BY_EPOCHS = (PhaseHook, EpsilonScheduleHook, DeadBlockHook)


def _goes_by_epochs(runner: Runner) -> None:
    parts = [*hooks_of(runner, BY_EPOCHS),
             *schedulers_of(runner, RestartMultiStepLR)]
    if parts and not isinstance(runner.train_loop, EpochBasedTrainLoop):
        raise UsageError(
            f'{type(parts[0]).__name__} works by epochs and the run goes by '
            'iterations; set train_cfg=dict(by_epoch=True, max_epochs=...).')


def _one_phase_hook(runner: Runner) -> None:
    count = len(hooks_of(runner, PhaseHook))
    if count > 1:
        raise UsageError(f'The run has {count} PhaseHooks, and each would '
                         'freeze what the other trains; put all phases into '
                         'one.')


def _stages_have_phases(runner: Runner) -> None:
    model = unwrap_model(runner)
    if isinstance(model, StagewiseDistiller) and not hooks_of(
            runner, PhaseHook):
        raise UsageError(
            'StagewiseDistiller fits stage after stage, and this run has no '
            "PhaseHook to name them; add dict(type='rd_plugins.PhaseHook', "
            'phases=[...]) to custom_hooks, see docs/no_res.md.')


def _averages_leave_states_alone(runner: Runner) -> None:
    """Fading weights and gates are states, whose average means nothing."""
    for hook in hooks_of(runner, EMAHook):
        if hook.ema_cfg.get('update_buffers') and any(
                isinstance(module, (FadingShortcut, GateStates))
                for module in unwrap_model(runner).modules()):
            raise UsageError(
                'EMAHook has update_buffers=True, which would average the '
                'states of fading shortcuts or gates; leave it out.')


def _averages_begin_in_time(runner: Runner) -> None:
    for hook in hooks_of(runner, EMAHook):
        for name, begin, length in (
                ('begin_epoch', hook.begin_epoch, runner.max_epochs),
                ('begin_iter', hook.begin_iter, runner.max_iters)):
            if begin > length:
                raise UsageError(
                    f'EMAHook has {name}={begin}, and the run ends after '
                    f'{length}; give it less, or shorten a run by --epochs, '
                    'which keeps it in proportion.')


def _read_modules(model: nn.Module) -> Iterator[nn.Module]:
    """Modules whose features are noted while they are computed."""
    yield from (module for module in model.modules()
                if isinstance(module, (StrictIdentity, EndOfStep)))
    for objective in getattr(model, 'auxiliary', {}).values():
        yield from map(model.backbone.get_submodule, objective.reads_blocks)
        if objective.reads_pre_activation:
            yield model.stages.last_activation


def _nothing_is_read_inside(runner: Runner) -> None:
    """A module that is computed again later has no gradients at first."""
    model = unwrap_model(runner)
    names = runner.cfg.get('activation_checkpointing') or []
    again = {each for name, module in model.named_modules()
             if name in names for each in module.modules()}
    read = next((module for module in _read_modules(model)
                 if module in again), None)
    if read is not None:
        advice = ', or set with_cp=True in the backbone' if hasattr(
            model.backbone, 'with_cp') else ''
        raise UsageError(
            'activation_checkpointing computes modules without gradients '
            f'first, and the {type(read).__name__} in one of {names} is read '
            f'by an objective or counts steps; take that out{advice}.')


def _is_no_deployed_form(runner: Runner) -> None:
    for name, module in unwrap_model(runner).named_modules():
        if getattr(module, 'deploy', False) is True:
            raise UsageError(
                f'model.{name} is built with deploy=True, which is the form '
                'without norms for inference; train with deploy=False.')


def _something_trains(runner: Runner) -> None:
    model: nn.Module = unwrap_model(runner)
    if not any(each.requires_grad for each in model.parameters()):
        raise UsageError('No parameter of the model trains; all are frozen. '
                         'Look for frozen_stages and requires_grad.')


def _checkpoints_end_epochs(runner: Runner) -> None:
    """An epoch begins anew when a run is resumed, but steps count on."""
    hooks = hooks_of(runner, CheckpointHook)
    if isinstance(runner.train_loop, EpochBasedTrainLoop) and hooks and \
            not any(hook.by_epoch for hook in hooks):
        raise UsageError(
            'CheckpointHook has by_epoch=False and the run goes by epochs: '
            'within an epoch a run cannot be resumed. Leave it out, or let '
            'the run go by iterations: train_cfg=dict(by_epoch=False, '
            'max_iters=...).')


def _checkpoint_options(runner: Runner) -> None:
    known: List[str] = [
        *inspect.signature(Runner.save_checkpoint).parameters,
        *inspect.signature(CheckpointHook.__init__).parameters
    ]
    for hook in hooks_of(runner, CheckpointHook):
        for option in hook.args:
            if option not in known:
                raise UsageError(
                    f'CheckpointHook has no option {option!r}; it has '
                    f'{", ".join(sorted(set(known) - {"self", "kwargs"}))}.')


CHECKS = (_goes_by_epochs, _one_phase_hook, _stages_have_phases,
          *EPSILON_CHECKS, _averages_leave_states_alone,
          _averages_begin_in_time, _nothing_is_read_inside,
          _is_no_deployed_form, _something_trains, _checkpoints_end_epochs,
          _checkpoint_options)
