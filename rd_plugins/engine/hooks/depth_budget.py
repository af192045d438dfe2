"""How many blocks of a network may go: a share of its blocks, MACs or time."""
from dataclasses import dataclass
from itertools import accumulate
from math import ceil
from typing import Iterable, List, Sequence

from rd_plugins.models.layers.gate_states import UNTRAINED
from rd_plugins.utils.errors import UsageError

# Two shares that differ by less are equal.
ROUNDING = 1e-9
# The grain of sums of shares, and what one choice may lose of the target.
GRAIN = 1e-6
SLACK = 1e-3

WORDS = dict(blocks='blocks', macs='MACs', latency='latency')


def best_sum(costs: Iterable[float], limit: float) -> float:
    """The largest sum of some of these shares up to a limit, to the grain."""
    units = int((limit + ROUNDING) / GRAIN)
    if units < 0:
        return 0.0
    sums, up_to_limit = 1, (1 << (units + 1)) - 1  # bit n: n can be reached
    for cost in costs:
        sums |= (sums << int(cost / GRAIN)) & up_to_limit
    return (sums.bit_length() - 1) * GRAIN


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
        """The blocks that shall close next: the weakest.

        Together with the dead they stay within the target, and others can
        still fill it as nearly as whole blocks allow.

        Args:
            peaks (Sequence[float]): Largest response of each block;
                :data:`UNTRAINED` where it is frozen.
            dead (Sequence[bool]): Which blocks are dead.

        Returns:
            list[int]: Indices of at most ``max_per_epoch`` blocks; empty once
            the budget is met.
        """
        left = self.target - self.gone(dead)
        pool = {index: cost for index, cost in enumerate(self.costs)
                if cost > 0 and not dead[index] and peaks[index] < UNTRAINED}
        chosen: List[int] = []
        for index in sorted(pool, key=peaks.__getitem__):
            if len(chosen) == self.max_per_epoch:
                break
            cost, best = self.costs[index], best_sum(pool.values(), left)
            others = [pool[each] for each in pool if each != index]
            if cost <= left + ROUNDING and cost + best_sum(
                    others, left - cost) >= best - SLACK:
                chosen.append(index)
                left -= pool.pop(index)
        return chosen

    def check(self, dead: Sequence[bool], frozen: Sequence[bool],
              rounds: int) -> None:
        """Check before a run that the budget can be met.

        Args:
            dead (Sequence[bool]): Which blocks are dead.
            frozen (Sequence[bool]): Which do not train, and so never close.
            rounds (int): How many times blocks can close and die.

        Raises:
            UsageError: If all blocks that train together, or the cheapest
                alone, miss the target, or the run is too short.
        """
        asked = f'{self.target:.1%} of the {WORDS[self.metric]}'
        living = sorted((cost for cost, *fixed in zip(
            self.costs, dead, frozen) if not any(fixed)), reverse=True)
        trained = ' that can train' if any(frozen) else ''
        removable = self.gone(dead) + sum(living)
        if removable < self.target - ROUNDING:
            raise UsageError(
                f'DeadBlockHook shall remove {asked}, but all residual '
                f'branches{trained} together have {removable:.1%}; lower the '
                'target.')
        cheapest = min((cost for cost in living if cost > 0), default=0)
        if cheapest > self.target + ROUNDING and not any(dead):
            raise UsageError(
                f'DeadBlockHook shall remove {asked}, but the smallest block'
                f'{trained} has {cheapest:.1%}; raise the target.')
        best = best_sum(living, self.target - self.gone(dead)) - SLACK
        needed = sum(before < best for before in accumulate([0, *living]))
        if needed > rounds * self.max_per_epoch:
            raise UsageError(
                f'DeadBlockHook shall remove {asked}, which needs {needed} '
                f'blocks, but there is time for {rounds} times '
                f'{self.max_per_epoch}; begin earlier, end later, set '
                f'max_per_epoch={ceil(needed / max(rounds, 1))} or lower '
                'closed_steps.')

    def report(self, dead: Sequence[bool]) -> str:
        """What was asked and what is gone, in one sentence."""
        return (f'Asked to remove {self.target:.1%} of the '
                f'{WORDS[self.metric]}; {self.gone(dead):.1%} are gone, with '
                f'{sum(map(bool, dead))} of {len(dead)} blocks.')
