"""Weights that change over a run, as pure functions of its progress."""
import math
from dataclasses import dataclass

from mmengine.logging import MessageHub

from rd_plugins.utils.errors import UsageError, check_number


def training_progress() -> float:
    """The fraction of the current run, or of its phase, that is done.

    It is computed from the Runner's message hub, so it needs no state and is
    right after a resume. With a :class:`PhaseHook`, it is the progress of the
    current phase.

    Returns:
        float: From 0 to 1; 0 outside a run.
    """
    hub = MessageHub.get_current_instance()
    begin = hub.get_info('progress_begin', 0)
    end = hub.get_info('progress_end', hub.get_info('max_iters', None))
    return (hub.get_info('iter', 0) - begin) / (end - begin) if end else 0.0


@dataclass(frozen=True)
class CosineDecay:
    """Half a cosine from ``start`` to ``end``, constant afterwards.

    With ``end=0`` the value is exactly 0 from ``horizon`` on, so the weighted
    term need not be computed.

    Args:
        start (float): The value at the beginning. Defaults to 1.0.
        end (float): The value from ``horizon`` on. Defaults to 0.0.
        horizon (float): The fraction of the run at which ``end`` is reached,
            in (0, 1]. Defaults to 1.0.

    Raises:
        UsageError: If the values are out of range.
    """
    start: float = 1.0
    end: float = 0.0
    horizon: float = 1.0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            check_number('A weight that decays', name, value)
        if not (self.start >= self.end >= 0 and 0 < self.horizon <= 1):
            raise UsageError(
                f'A weight that decays with {self} is not possible; it needs '
                'start >= end >= 0 and 0 < horizon <= 1.')

    def __call__(self, progress: float) -> float:
        """The weight at ``progress``, a number from 0 to 1."""
        if progress >= self.horizon:
            return self.end
        phase = math.cos(math.pi * progress / self.horizon)
        return self.end + (self.start - self.end) * (1 + phase) / 2
