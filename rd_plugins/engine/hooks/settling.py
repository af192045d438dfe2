"""From which epoch on an ε-ResNet is settled, and what has to be over then."""
from typing import Optional

from mmengine.runner import Runner

from rd_plugins.engine.parts import hooks_of, schedulers_of
from rd_plugins.engine.schedulers import RestartMultiStepLR
from rd_plugins.models.layers import GateStates
from rd_plugins.utils.errors import UsageError
from .epsilon_schedule_hook import EpsilonScheduleHook


def settled_from(runner: Runner, end: Optional[int]) -> Optional[int]:
    """The epoch, counted from 0, from which on the network is settled.

    Args:
        runner (Runner): The run.
        end (int, optional): That epoch, as the user names it. Defaults to
            where the restart-free tail of the learning rate begins.

    Returns:
        int, optional: None if there is no such tail either.

    Raises:
        UsageError: If it is not within the run.
    """
    tail = max((scheduler.tail for scheduler in schedulers_of(
        runner, RestartMultiStepLR)), default=0)
    if end is None:
        if not tail:
            return None
        end = runner.max_epochs - tail
    if not 0 < end < runner.max_epochs:
        raise UsageError(
            f'DeadBlockHook settles the network from epoch {end} on, and '
            f'the run has {runner.max_epochs} epochs with a restart-free '
            f'tail of {tail}; set end to an epoch within the run, and '
            'RestartMultiStepLR.tail to what the run can spare.')
    return end


def check_can_settle(runner: Runner, gates: GateStates, end: int) -> None:
    """Check that nothing needs the gates to look at batches from then on.

    Args:
        runner (Runner): The run.
        gates (GateStates): The gates of its network.
        end (int): The epoch from which on the network is settled.

    Raises:
        UsageError: If the gates act in eval mode too, or epsilon gets its
            value too late.
    """
    if gates.eval_gates == 'dynamic':
        raise UsageError(
            'DeadBlockHook settles the network, after which gates look at '
            "no batch, and the backbone has eval_gates='dynamic'; leave "
            'that out, or set bury=False.')
    for hook in hooks_of(runner, EpsilonScheduleHook):
        hook.check_acts_before(end)


def check_budget_acts(runner: Runner, begin: int, end: Optional[int]) -> None:
    """Check that a budget has epochs, and epsilon, for itself.

    Args:
        runner (Runner): The run.
        begin (int): The first epoch in which the budget closes blocks.
        end (int, optional): The epoch from which on the network is settled;
            None for never.

    Raises:
        UsageError: If it has not.
    """
    if end is None or begin >= end:
        raise UsageError(
            f'DeadBlockHook has a target, begin={begin} and end={end}; a '
            'budget is met between two epochs, end after begin.')
    if hooks_of(runner, EpsilonScheduleHook):
        raise UsageError(
            'The target of DeadBlockHook sets epsilon, and so does '
            'EpsilonScheduleHook; take one of them out of custom_hooks.')
