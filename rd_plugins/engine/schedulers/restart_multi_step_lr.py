"""The learning rate of ε-ResNet: it restarts when a block closes."""
from bisect import bisect_right
from typing import List, Optional, Sequence

from mmengine.optim.scheduler.param_scheduler import INF, _ParamScheduler

from rd_plugins.registry import PARAM_SCHEDULERS
from rd_plugins.utils.errors import UsageError, check_choice, check_number


def _check_schedule(name: str, milestones: Sequence[int],
                    factors: Sequence[float]) -> None:
    for value in milestones:
        check_number('RestartMultiStepLR', f'{name} entry', value, whole=True)
    for value in factors:
        check_number('RestartMultiStepLR', f'factor of {name}', value,
                     at_least=0)
    rises = all(a < b for a, b in zip([0, *milestones], milestones))
    if not rises or len(milestones) != len(factors):
        raise UsageError(
            f'RestartMultiStepLR has {name}={list(milestones)} with the '
            f'factors {list(factors)}; milestones are epochs that rise from 1 '
            'on, with one factor each.')


@PARAM_SCHEDULERS.register_module()
class RestartMultiStepLR(_ParamScheduler):
    """Multi-step learning rate that restarts when a block closes.

    After `Learning Strict Identity Mappings in Deep Residual Networks
    <https://arxiv.org/abs/1804.01661>`_, Sec. 3.4: when a block has closed,
    the remaining network trains with a high learning rate again. A
    :class:`DeadBlockHook` passes the number of closed blocks to the scheduler
    after every epoch. The scheduler's state is in its state dict, so a run can
    be resumed. Between two changes it leaves the rate alone, so a warm-up may
    go before its first milestone.

    Args:
        optimizer (Optimizer | OptimWrapper): The optimizer.
        milestones (Sequence[int]): Epochs after which the next factor applies,
            until the first restart.
        factors (Sequence[float]): Factors of the initial learning rate, one
            for each milestone.
        restart_milestones (Sequence[int], optional): The same, counted from
            the epoch of a restart. Defaults to None: no restarts.
        restart_factors (Sequence[float], optional): Their factors.
            Defaults to None: ``factors``.
        rule (str): ``'maximum'``: restart when more blocks are closed than
            ever before. ``'reference'``: the rule of the released code, which
            compares the moving average of their number with that of the
            previous epoch; rounding makes it miss some blocks, and a block
            that opens and closes again counts twice.
            Defaults to ``'maximum'``.
        cooldown (int): Number of epochs after a restart in which there is no
            other; blocks that close meanwhile cause one afterwards, by the
            rule ``'maximum'`` only. Defaults to 0, as in the released code.
        tail (int, optional): Number of epochs at the end of the run without
            restarts. Defaults to None: the last of ``restart_milestones``. The
            released code has 0, and may end with a high learning rate.
        begin (int): Epoch to start at. Defaults to 0.
        end (int): Epoch to stop at. MMEngine's Runner fills in the length of
            the run.
        last_step (int): As in MMEngine's schedulers. Defaults to -1.
        by_epoch (bool): Must be True. Defaults to True.
        verbose (bool): Whether to print each value. Defaults to False.

    Raises:
        UsageError: If the arguments contradict each other.
    """

    def __init__(self,
                 optimizer,
                 milestones: Sequence[int],
                 factors: Sequence[float],
                 restart_milestones: Optional[Sequence[int]] = None,
                 restart_factors: Optional[Sequence[float]] = None,
                 rule: str = 'maximum',
                 cooldown: int = 0,
                 tail: Optional[int] = None,
                 begin: int = 0,
                 end: int = INF,
                 last_step: int = -1,
                 by_epoch: bool = True,
                 verbose: bool = False) -> None:
        check_choice('RestartMultiStepLR', 'rule', rule,
                     ('maximum', 'reference'))
        if not by_epoch:
            raise UsageError('RestartMultiStepLR works by epochs; leave out '
                             'by_epoch=False.')
        _check_schedule('milestones', milestones, factors)
        self.restarts = restart_milestones is not None
        if restart_factors is not None and not self.restarts:
            raise UsageError('RestartMultiStepLR has restart_factors and no '
                             'restart_milestones; give both or neither.')
        for option, value in (('cooldown', cooldown), ('tail', tail)):
            if value is not None:
                check_number('RestartMultiStepLR', option, value, at_least=0,
                             whole=True)
        if restart_milestones is not None:
            restart_factors = restart_factors or factors
            _check_schedule('restart_milestones', restart_milestones,
                            restart_factors)
        self.milestones, self.factors = list(milestones), list(factors)
        self.restart_milestones = list(restart_milestones or ())
        self.restart_factors = list(restart_factors or ())
        self.rule = rule
        self.cooldown = cooldown
        if tail is None:
            tail = max(self.restart_milestones, default=0)
        self.tail = tail
        self.anchor = 0
        self.factor = 1.0
        self.last_restart: Optional[int] = None
        self.most_closed = 0
        self.previous: Optional[float] = None
        super().__init__(optimizer, 'lr', begin, end, last_step, by_epoch,
                         verbose)

    def observe(self, closed: int, average: float) -> bool:
        """Restart if blocks have closed; called at the end of every epoch.

        Call it before the scheduler's own step, and with the same numbers in
        every process.

        Args:
            closed (int): How many blocks are closed.
            average (float): The moving average of that number, for the rule
                of the released code.

        Returns:
            bool: Whether the next epoch begins a new schedule.
        """
        epoch = self._global_step + 1  # number of trained epochs
        if self.rule == 'reference':
            lost = (
                self.previous is not None
                and max(self.previous, average) >= self.previous + 1)
            self.previous = average
        else:
            lost = closed > self.most_closed
        if not (lost and self.restarts and self._may_restart(epoch)):
            return False
        self.most_closed = max(self.most_closed, closed)
        self.last_restart = epoch
        self.restart()
        return True

    def _may_restart(self, epoch: int) -> bool:
        cools = (
            self.last_restart is not None
            and epoch - self.last_restart < self.cooldown)
        return not cools and epoch <= self.end - self.tail

    def restart(self) -> None:
        """Begin the restart schedule with the next epoch."""
        self.milestones = self.restart_milestones
        self.factors = self.restart_factors
        self.anchor = self.last_step + 1

    def _get_value(self) -> List[float]:
        passed = bisect_right(self.milestones, self.last_step - self.anchor)
        factor = self.factors[passed - 1] if passed else 1.0
        if factor == self.factor:
            return [group['lr'] for group in self.optimizer.param_groups]
        self.factor = factor
        return [value * factor for value in self.base_values]
