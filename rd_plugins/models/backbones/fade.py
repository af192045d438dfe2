"""The schedule of fading shortcuts."""
from dataclasses import dataclass, replace
from typing import List, Sequence, Union

from rd_plugins.models.utils.schedules import CosineDecay
from rd_plugins.utils.errors import UsageError, check_choice, check_number

ORDERS = ('together', 'first_to_last', 'last_to_first')


@dataclass(frozen=True)
class Fade:
    """When the shortcuts of a network fade.

    Args:
        start (float): Their weight at the beginning. Defaults to 1.0.
        end (float): Their weight at the end; must be 0. Defaults to 0.0.
        begin (float | Sequence[float]): The fraction of the run after which
            fading begins, or one fraction for each stage. Defaults to 0.
        horizon (float | Sequence[float]): The fraction of the run after which
            all shortcuts are gone, below 1, or one for each stage.
            Defaults to 0.5.
        order (str): ``'together'``, or block by block,
            ``'first_to_last'`` or ``'last_to_first'``, with the same time for
            each block; within each stage, if stages have fractions of their
            own. Defaults to ``'together'``.

    Raises:
        UsageError: If the values are out of range.
    """
    start: float = 1.0
    end: float = 0.0
    begin: Union[float, Sequence[float]] = 0.0
    horizon: Union[float, Sequence[float]] = 0.5
    order: str = 'together'

    def __post_init__(self) -> None:
        if self.by_stage:
            self.stages(max(len(given) for given in self._given()))
            return
        check_choice('fade', 'order', self.order, ORDERS)
        for name in ('start', 'end', 'begin', 'horizon'):
            check_number('fade', name, getattr(self, name))
        if self.end != 0:
            raise UsageError(
                f'fade has end={self.end}; shortcuts fade to 0, because what '
                'is left is tested and shipped without them. Set end=0.')
        if not (self.start > 0 and 0 <= self.begin < self.horizon < 1):
            raise UsageError(
                f'{self} is not possible; it needs start > 0 and 0 <= begin < '
                'horizon < 1, so that the end of the run trains the network '
                'without shortcuts.')

    @property
    def by_stage(self) -> bool:
        """Whether stages have fractions of their own."""
        return bool(self._given())

    def _given(self) -> List[Sequence[float]]:
        return [given for given in (self.begin, self.horizon)
                if isinstance(given, (list, tuple))]

    def stages(self, count: int) -> List['Fade']:
        """When the shortcuts of each stage fade.

        Args:
            count (int): Number of stages.

        Raises:
            UsageError: If there are fractions for another number of stages.
        """
        if any(len(given) != count for given in self._given()):
            raise UsageError(
                f'fade has begin={self.begin} and horizon={self.horizon} for '
                f'{count} stages; give a number for all, or one for each.')
        begin, horizon = (
            each if isinstance(each, (list, tuple)) else [each] * count
            for each in (self.begin, self.horizon))
        return [replace(self, begin=first, horizon=last)
                for first, last in zip(begin, horizon)]

    def blocks(self, counts: Sequence[int]) -> List['Fade']:
        """When the shortcut of each block fades.

        Args:
            counts (Sequence[int]): Numbers of blocks of the stages.

        Returns:
            List[Fade]: In the order of the blocks, each with one ``begin``
            and one ``horizon``.
        """
        if self.by_stage:
            return [block for stage, count in zip(
                self.stages(len(counts)), counts)
                    for block in stage.blocks([count])]
        total = sum(counts)
        if self.order == 'together':
            return [self] * total
        length = (self.horizon - self.begin) / total
        found = [
            replace(self, begin=self.begin + place * length,
                    horizon=self.begin + (place + 1) * length)
            for place in range(total)
        ]
        return found if self.order == 'first_to_last' else found[::-1]

    def weight(self, progress: float) -> float:
        """The weight of shortcuts that fade together.

        Args:
            progress (float): The fraction of the run that is done.

        Returns:
            float: Half a cosine from ``start`` at ``begin`` to 0 at
            ``horizon``.
        """
        part = max(0.0, progress - self.begin) / (self.horizon - self.begin)
        return CosineDecay(self.start)(part)
