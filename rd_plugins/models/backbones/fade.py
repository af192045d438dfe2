"""The schedule of fading shortcuts."""
from dataclasses import dataclass, replace
from typing import List, Optional, Sequence, Tuple

from rd_plugins.models.utils.schedules import CosineDecay
from rd_plugins.utils.errors import UsageError, check_choice, check_number

ORDERS = ('together', 'first_to_last', 'last_to_first')


@dataclass(frozen=True)
class Fade:
    """When the shortcuts of a network fade.

    Args:
        start (float): Their weight at the beginning. Defaults to 1.0.
        end (float): Their weight at the end; must be 0. Defaults to 0.0.
        begin (float): The fraction of the run after which fading begins.
            Defaults to 0.
        horizon (float): The fraction of the run after which all shortcuts are
            gone, below 1. Defaults to 0.5.
        order (str): ``'together'``, or block by block,
            ``'first_to_last'`` or ``'last_to_first'``, with the same time for
            each block. Defaults to ``'together'``.
        by (str): ``'run'``, or ``'phase'``: each stage fades in the first
            phase that trains it, and ``begin``, ``horizon`` and ``order`` are
            meant within that. Defaults to ``'run'``.

    Raises:
        UsageError: If the values are out of range.
    """
    start: float = 1.0
    end: float = 0.0
    begin: float = 0.0
    horizon: float = 0.5
    order: str = 'together'
    by: str = 'run'

    def __post_init__(self) -> None:
        check_choice('fade', 'order', self.order, ORDERS)
        check_choice('fade', 'by', self.by, ('run', 'phase'))
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

    def blocks(self, counts: Sequence[int],
               spans: Optional[Sequence[Tuple[float, float]]] = None
               ) -> List['Fade']:
        """When the shortcut of each block fades, as fractions of the run.

        Args:
            counts (Sequence[int]): Numbers of blocks of the stages.
            spans (Sequence[Tuple[float, float]], optional): For
                ``by='phase'``, the fractions of the run between which each
                stage has its phase. Defaults to None: the whole run.

        Returns:
            List[Fade]: In the order of the blocks, each with ``by='run'`` and
            ``order='together'``.
        """
        if self.by == 'phase':
            spans = spans or [(0, 1)] * len(counts)
            return [block for count, span in zip(counts, spans)
                    for block in self._within(*span).blocks([count])]
        total = sum(counts)
        if self.order == 'together':
            return [self] * total
        length = (self.horizon - self.begin) / total
        found = [
            replace(self, begin=self.begin + place * length,
                    horizon=self.begin + (place + 1) * length,
                    order='together')
            for place in range(total)
        ]
        return found if self.order == 'first_to_last' else found[::-1]

    def _within(self, first: float, last: float) -> 'Fade':
        length = last - first
        return replace(self, begin=first + self.begin * length,
                       horizon=first + self.horizon * length, by='run')

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
