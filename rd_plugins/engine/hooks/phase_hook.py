"""Trains a model in phases: some parts at a time, the others frozen."""
from dataclasses import fields
from itertools import accumulate
from typing import List, Optional

import torch
from mmengine.hooks import Hook
from mmengine.optim import BaseOptimWrapper
from torch import nn

from rd_plugins.engine.parts import schedulers_of
from rd_plugins.engine.wrapping import rebuild, unwrap_model
from rd_plugins.models.layers import GateStates
from rd_plugins.registry import HOOKS
from rd_plugins.utils.errors import UsageError
from .phase import Phase, covers
from .phase_checks import check_decay, check_phase


def freeze(model: nn.Module, phase: Phase) -> None:
    """Let only the parameters of a phase have gradients.

    Objectives that rest do not train either. Remaining gradients are set to
    None: an optimizer then skips the parameter, with its momentum and weight
    decay.
    """
    active = model.named_objectives(phase.active) if hasattr(
        model, 'named_objectives') else ()
    resting = [f'auxiliary.{name}' for name in getattr(model, 'auxiliary', ())
               if name not in active]
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(phase.trains(name) and not any(
            covers(each, name) for each in resting))
        parameter.grad = None


def set_modes(model: nn.Module, phase: Phase) -> None:
    """Put frozen modules into eval mode, so that no statistics change.

    The states of gates go on: they count steps, in which frozen gates are
    open.
    """
    if phase.train == 'all':
        return
    for name, module in model.named_modules():
        leads_to_trained = not name or any(
            covers(name, chosen) for chosen in phase.train)
        if not (phase.trains(name) or leads_to_trained
                or isinstance(module, GateStates)):
            module.training = False


def choose_objectives(model: nn.Module, phase: Phase) -> None:
    """Activate the objectives of a phase; all if it names none."""
    if hasattr(model, 'set_objectives'):
        model.set_objectives(phase.active)


@HOOKS.register_module()
class PhaseHook(Hook):
    """Staged training with staged freezing.

    Works with every model, not only with distillers: for instance, a
    classifier that trains its head first and then everything. Frozen
    parameters have no gradient, no weight decay and no momentum step, and
    frozen norms keep their statistics.

    The phase is a function of the epoch alone, so a run can be resumed.
    DistributedDataParallel wraps the model again for every phase: it never
    synchronises a parameter that was frozen when the model was wrapped.

    Args:
        phases (list[dict]): The arguments of each :class:`Phase`, in order.
            The sum of their epochs must be the run's ``max_epochs``.

    Example:
        >>> # in a config
        >>> custom_hooks = [
        ...     dict(
        ...         type='rd_plugins.PhaseHook',
        ...         phases=[
        ...             dict(name='head', epochs=5, train=['head'], lr=0.1),
        ...             dict(name='all', epochs=20, lr=0.01,
        ...                  schedule='cosine'),
        ...         ])
        ... ]
    """

    # Before the learning rate is logged.
    priority = 'HIGHEST'

    def __init__(self, phases: List[dict]) -> None:
        known = {field.name for field in fields(Phase)}
        for phase in phases:
            unknown = sorted(set(phase) - known)
            if unknown:
                raise UsageError(f'A phase has no option {unknown[0]!r}; '
                                 f'choose from {", ".join(sorted(known))}.')
        self.phases = [Phase(**phase) for phase in phases]
        if not self.phases:
            raise UsageError('PhaseHook has no phases; give at least one.')
        if len({phase.lr is None for phase in self.phases}) > 1:
            raise UsageError('Some phases have an lr and others have none; '
                             'give it to all or to none.')
        self._begins = [
            0, *accumulate(phase.epochs for phase in self.phases)
        ]
        self._current: Optional[int] = None

    def index_at(self, epoch: int) -> int:
        """The index of the phase that ``epoch``, counted from 0, is in."""
        return sum(epoch >= begin for begin in self._begins[1:-1])

    def before_run(self, runner) -> None:
        """Store ``lr_mult`` and weight decay of each parameter group.

        This comes before a resumed checkpoint overwrites them. A test run has
        no optimizer.
        """
        self._current = None
        if not isinstance(runner.optim_wrapper, BaseOptimWrapper):
            return
        base = runner.optim_wrapper.optimizer.defaults['lr']
        self._multipliers = [
            group['lr'] / base if base else 1.0
            for group in runner.optim_wrapper.param_groups
        ]
        self._decays = [group.get('weight_decay', 0.0)
                        for group in runner.optim_wrapper.param_groups]

    def before_train(self, runner) -> None:
        """Check the phases against the run and the model."""
        total = self._begins[-1]
        if runner.max_epochs != total:
            raise UsageError(f'The phases take {total} epochs and the run '
                             f'{runner.max_epochs}; set '
                             f'train_cfg.max_epochs={total}.')
        for name, words in (('lr', 'learning rate'),
                            ('weight_decay', 'weight decay')):
            if self._sets(name) and any(
                    each.param_name == name
                    for each in schedulers_of(runner)):
                raise UsageError(f'The phases set the {words}, and so does '
                                 'the config\'s param_scheduler; write '
                                 'param_scheduler = [].')
        counts = runner.optim_wrapper._accumulative_counts
        if len(runner.train_dataloader) % counts:
            raise UsageError(
                f'An epoch has {len(runner.train_dataloader)} batches and '
                f'gradients are accumulated over {counts}; choose a batch '
                'size with which no gradient is left over at a border.')
        for phase in self.phases:
            check_phase(phase, unwrap_model(runner), runner.optim_wrapper)
            check_decay(phase, runner.optim_wrapper)

    def before_train_epoch(self, runner) -> None:
        """Enter the phase of this epoch."""
        index = self.index_at(runner.epoch)
        if index != self._current:
            self._enter(runner, index)

    def before_train_iter(self, runner, batch_idx: int,
                          data_batch=None) -> None:
        """Set the modes, which the loop's ``train()`` resets, and the LR."""
        phase = self.phases[self._current]
        if batch_idx == 0:
            set_modes(unwrap_model(runner), phase)
        if phase.lr is not None:
            epoch = runner.iter / len(runner.train_dataloader)
            lr = phase.learning_rate(epoch - self._begins[self._current])
            for group, factor in zip(runner.optim_wrapper.param_groups,
                                     self._multipliers):
                group['lr'] = lr * factor

    def _enter(self, runner, index: int) -> None:
        self._current = index
        phase, begin = self.phases[index], self._begins[index]
        model = unwrap_model(runner)
        freeze(model, phase)
        self._set_decay(runner.optim_wrapper.optimizer, phase)
        if phase.reset_optimizer and runner.epoch == begin:
            runner.optim_wrapper.optimizer.state.clear()
        choose_objectives(model, phase)
        steps = len(runner.train_dataloader)
        # Not saved, because a run without phases may resume the checkpoint.
        runner.message_hub.update_info(
            'progress_begin', begin * steps, resumed=False)
        runner.message_hub.update_info(
            'progress_end', (begin + phase.epochs) * steps, resumed=False)
        rebuild(runner)
        self._log(runner, index)

    def _sets(self, name: str) -> bool:
        return any(getattr(phase, name) is not None for phase in self.phases)

    def _set_decay(self, optimizer: torch.optim.Optimizer,
                   phase: Phase) -> None:
        if not self._sets('weight_decay'):
            return  # a scheduler may set it
        base = optimizer.defaults.get('weight_decay', 0.0)
        for group, decay in zip(optimizer.param_groups, self._decays):
            if phase.weight_decay is not None:
                multiplier = decay / base if base else 1.0
                decay = phase.weight_decay * multiplier
            group['weight_decay'] = decay

    def _log(self, runner, index: int) -> None:
        phase = self.phases[index]
        counts = [0, 0]
        for parameter in unwrap_model(runner).parameters():
            counts[parameter.requires_grad] += parameter.numel()
        first = self._begins[index] + 1
        runner.logger.info(
            f'Phase {index + 1}/{len(self.phases)} "{phase.name}", epochs '
            f'{first}-{first + phase.epochs - 1}: trains {counts[1]:,} '
            f'parameters, {counts[0]:,} are frozen.')
