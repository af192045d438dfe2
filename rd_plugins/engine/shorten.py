"""Shortens the schedules of a config, all in proportion."""
from typing import List

from mmengine.config import Config

from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.type_name import type_name
from .config_file import schedulers_in

# Options that count epochs or steps
EPOCHS = ('begin', 'end', 'T_max', 'total_steps', 'step_size', 'tail',
          'cooldown', 'begin_epoch', 'begin_iter', 'val_begin')
# MMEngine's default, and the largest that still averages
EMA_MOMENTUM, LARGEST_MOMENTUM = 0.0002, 0.5


def shorten(cfg: Config, epochs: int) -> None:
    """Give a run another length, in place.

    Milestones, warm-up, schedulers and phases keep their shares of it, rounded
    to whole epochs; a phase has at least one. Schedulers that would begin
    after the last epoch go. A moving average of the weights spans the same
    share. What follows the progress of the run, such as
    fading, needs no change.

    Args:
        cfg (Config): The config of a run by epochs.
        epochs (int): Its new length.

    Raises:
        UsageError: If the config does not count epochs, or has more phases.
    """
    if not (cfg.get('train_cfg') or {}).get('max_epochs'):
        raise UsageError(f'The config has no train_cfg.max_epochs that could '
                         f'become {epochs}; only runs by epochs can be given '
                         'another length.')
    factor = epochs / cfg.train_cfg.max_epochs
    cfg.train_cfg.max_epochs = epochs
    _shorten_options(cfg.train_cfg, factor)
    schedulers = schedulers_in(cfg)
    for scheduler in schedulers:
        _shorten_scheduler(scheduler, factor)
    if schedulers:
        cfg.param_scheduler = [
            scheduler for scheduler in schedulers
            if not scheduler.get('by_epoch', True)
            or scheduler.get('begin', 0) < epochs]
    for hook in cfg.get('custom_hooks') or []:
        _shorten_options(hook, factor)
        if type_name(hook) == 'SwitchRecipeHook':
            _shorten_recipes(hook.schedule, factor)
        if type_name(hook) == 'PhaseHook':
            _shorten_phases(hook.phases, epochs)
        if type_name(hook) == 'EMAHook' and type_name(
                dict(type=hook.get('ema_type'))) != 'StochasticWeightAverage':
            hook['momentum'] = min(
                LARGEST_MOMENTUM,
                hook.get('momentum', EMA_MOMENTUM) / factor)


def _shorten_recipes(schedule: List[dict], factor: float) -> None:
    last = 0  # no two recipes begin with the same epoch
    for recipe in sorted(schedule, key=lambda each: each['action_epoch']):
        last = max(last + 1, round(recipe['action_epoch'] * factor))
        recipe['action_epoch'] = last


def _shorten_scheduler(scheduler: dict, factor: float) -> None:
    span = scheduler.get('end', 0) - scheduler.get('begin', 0)
    reaches_its_end = scheduler.get('T_max') == span
    _hasten(scheduler, factor)
    _shorten_options(scheduler, factor)
    _shorten_milestones(scheduler, factor)
    if reaches_its_end:  # also where both are rounded
        scheduler['T_max'] = max(
            1, scheduler['end'] - scheduler.get('begin', 0))


def _hasten(scheduler: dict, factor: float) -> None:
    """Let a factor of every step act for those that there is no time for."""
    steps = 1
    if type_name(scheduler) == 'ExponentialLR':
        steps = factor
    if type_name(scheduler) == 'StepLR':  # a step is an epoch at least
        steps = min(1, scheduler['step_size'] * factor)
    if steps != 1:
        scheduler['gamma'] = scheduler.get('gamma', 0.1)**(1 / steps)


def _shorten_options(owner: dict, factor: float) -> None:
    for option in EPOCHS:
        if owner.get(option):
            owner[option] = max(1, round(owner[option] * factor))
    if owner.get('periods'):
        owner['periods'] = [max(1, round(period * factor))
                            for period in owner['periods']]


def _shorten_milestones(owner: dict, factor: float) -> None:
    for name in ('milestones', 'restart_milestones'):
        shorter = [0]
        for milestone in owner.get(name) or ():
            shorter.append(max(round(milestone * factor), shorter[-1] + 1))
        if owner.get(name):
            owner[name] = shorter[1:]


def _shorten_phases(phases: List[dict], epochs: int) -> None:
    if len(phases) > epochs:
        raise UsageError(f'A run of {len(phases)} phases cannot have '
                         f'{epochs} epochs; each needs one.')
    total = sum(phase['epochs'] for phase in phases)
    passed = done = 0
    for index, phase in enumerate(phases):
        passed += phase['epochs']
        last = epochs - (len(phases) - 1 - index)
        end = min(max(done + 1, round(passed * epochs / total)), last)
        factor = (end - done) / phase['epochs']
        phase['epochs'], done = end - done, end
        _shorten_milestones(phase, factor)
        if phase.get('milestones'):
            phase['milestones'] = [milestone for milestone
                                   in phase['milestones']
                                   if milestone < phase['epochs']]
        if phase.get('warmup'):
            phase['warmup'] *= factor
