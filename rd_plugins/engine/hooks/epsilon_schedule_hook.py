"""Changes the threshold of an ε-ResNet over the epochs."""
from typing import Optional

from mmengine.hooks import Hook

from rd_plugins.engine.wrapping import unwrap_model
from rd_plugins.registry import HOOKS
from rd_plugins.utils.errors import UsageError, check_choice, check_number


@HOOKS.register_module()
class EpsilonScheduleHook(Hook):
    """Raises epsilon to the value in the backbone's config.

    Epsilon is a function of the epoch alone, so a run can be resumed.

    Living blocks are released by ``end`` of :class:`DeadBlockHook`.

    Args:
        schedule (str): ``'constant'``: the value from the start, as without
            this hook; ``'step'``: 0 before the epoch ``begin``, then the
            value; ``'linear'``: 0 up to ``begin``, then rising until ``end``.
        begin (int): The epoch ``begin``, counted from 0. Defaults to 0.
        end (int, optional): The epoch from which on a linear schedule has the
            full value. Defaults to None, for the other schedules.

    Raises:
        UsageError: If the arguments contradict each other.
    """

    # Before DeadBlockHook, which may settle the network.
    priority = 'HIGH'

    def __init__(self,
                 schedule: str,
                 begin: int = 0,
                 end: Optional[int] = None) -> None:
        check_choice('EpsilonScheduleHook', 'schedule', schedule,
                     ('constant', 'step', 'linear'))
        for name, value in (('begin', begin), ('end', end)):
            if value is not None:
                check_number('EpsilonScheduleHook', name, value, at_least=0,
                             whole=True)
        if (schedule == 'linear') != (end is not None) or (
                end is not None and end <= begin):
            raise UsageError(
                f'EpsilonScheduleHook has schedule={schedule!r}, '
                f"begin={begin} and end={end}; 'linear' needs an end after "
                'its begin, the others have none.')
        if schedule == 'constant' and begin:
            raise UsageError(
                "EpsilonScheduleHook has schedule='constant' and "
                f"begin={begin}, which it does not wait for; set "
                "schedule='step', or leave begin out.")
        self.schedule = schedule
        self.begin = begin
        self.end = end

    def check_acts_before(self, settled_from: int) -> None:
        """Check that epsilon has its value before all gates are released.

        Args:
            settled_from (int): The epoch from which on they are, from 0.

        Raises:
            UsageError: If it has not.
        """
        full = self.begin if self.end is None else self.end
        if full >= settled_from:
            raise UsageError(
                f'EpsilonScheduleHook reaches epsilon in epoch {full}, and '
                f'from epoch {settled_from} on the network is settled, so no '
                'gate closes any more; let the schedule end before, shorten '
                'the tail of RestartMultiStepLR, or set end of '
                'DeadBlockHook.')

    def factor(self, epoch: int) -> float:
        """The fraction of the full value in an epoch, counted from 0."""
        if self.schedule == 'constant':
            return 1.0
        if self.schedule == 'step':
            return float(epoch >= self.begin)
        passed = (epoch - self.begin) / (self.end - self.begin)
        return min(max(passed, 0.0), 1.0)

    def before_train(self, runner) -> None:
        """Check that there are gates."""
        backbone = unwrap_model(runner).backbone
        if getattr(backbone, 'gates', None) is None:
            raise UsageError(
                'EpsilonScheduleHook needs an EpsilonResNet, an '
                'EpsilonResNet_CIFAR or another backbone with gate=True; this '
                f'run has a {type(backbone).__name__} without gates. Take the '
                'hook out of custom_hooks.')

    def before_train_epoch(self, runner) -> None:
        """Set epsilon for this epoch."""
        backbone = unwrap_model(runner).backbone
        backbone.set_epsilon(self.factor(runner.epoch) * backbone.epsilon)
