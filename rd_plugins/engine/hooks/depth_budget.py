"""How many blocks of a network may go: a share of its blocks, MACs or time."""
from dataclasses import dataclass
from math import ceil, isfinite
from typing import List, Sequence

from rd_plugins.utils.errors import UsageError

WORDS = dict(blocks='blocks', macs='MACs', latency='latency')


@dataclass
class DepthBudget:
    """A share of the network that is to go, block by block.

    Args:
        target (float): The share, between 0 and 1.
        metric (str): ``'blocks'``, ``'macs'`` or ``'latency'``.
        costs (Sequence[float]): The share that each block has.
        max_per_epoch (int): How many blocks may die in one epoch.
    """
    target: float
    metric: str
    costs: Sequence[float]
    max_per_epoch: int = 1

    def gone(self, dead: Sequence[bool]) -> float:
        """The share that has gone with the dead blocks."""
        return sum(cost for cost, is_dead in zip(self.costs, dead) if is_dead)

    def choose(self, peaks: Sequence[float],
               dead: Sequence[bool]) -> List[int]:
        """The blocks that shall close next: the weakest that fit.

        Together with the dead they stay within the target.

        Args:
            peaks (Sequence[float]): Largest response of each block; infinite
                where it is not trained.
            dead (Sequence[bool]): Which blocks are dead.

        Returns:
            list[int]: Indices of at most ``max_per_epoch`` blocks; empty once
            the budget is met.
        """
        left = self.target - self.gone(dead) + 1e-9
        chosen: List[int] = []
        for index in sorted(range(len(peaks)), key=peaks.__getitem__):
            fits = 0 < self.costs[index] <= left and isfinite(peaks[index])
            if fits and not dead[index] and len(chosen) < self.max_per_epoch:
                chosen.append(index)
                left -= self.costs[index]
        return chosen

    def check(self, dead: Sequence[bool], rounds: int) -> None:
        """Check before a run that the budget can be met.

        Args:
            dead (Sequence[bool]): Which blocks are dead.
            rounds (int): How many times blocks can close and die.

        Raises:
            UsageError: If all blocks together, or the cheapest alone, miss
                the target, or the run is too short.
        """
        asked = f'{self.target:.1%} of the {WORDS[self.metric]}'
        removable = self.gone([cost > 0 for cost in self.costs])
        if removable < self.target:
            raise UsageError(
                f'DeadBlockHook shall remove {asked}, but all residual '
                f'branches together have {removable:.1%}; lower the target.')
        cheapest = min(cost for cost in self.costs if cost > 0)
        if cheapest > self.target + 1e-9:
            raise UsageError(
                f'DeadBlockHook shall remove {asked}, but the smallest block '
                f'alone has {cheapest:.1%}; raise the target.')
        left = self.target - self.gone(dead)
        needed = 0
        for cost in sorted((cost for cost, is_dead in zip(self.costs, dead)
                            if not is_dead), reverse=True):
            if cost <= left + 1e-9:
                left -= cost
                needed += 1
        if needed > rounds * self.max_per_epoch:
            raise UsageError(
                f'DeadBlockHook shall remove {asked}, which needs {needed} '
                f'blocks, but there is time for {rounds} times '
                f'{self.max_per_epoch}; begin earlier, end later, set '
                f'max_per_epoch={ceil(needed / max(rounds, 1))} or lower '
                'closed_steps.')

    def report(self, dead: Sequence[bool], is_over: bool) -> str:
        """What was asked and what is gone, in one sentence."""
        return (f'Asked to remove {self.target:.1%} of the '
                f'{WORDS[self.metric]}; {self.gone(dead):.1%} are gone, with '
                f'{sum(map(bool, dead))} of {len(dead)} blocks'
                + (', and training ends with that.' if is_over else '.'))
