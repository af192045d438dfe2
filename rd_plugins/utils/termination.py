"""Termination by a signal that lets clean-up code run."""
import signal
from contextlib import contextmanager
from typing import Iterator

# Seconds after which a termination that was lost is raised again
RAISE_AGAIN = 2.0


@contextmanager
def termination_raises() -> Iterator[None]:
    """Raise SystemExit on SIGTERM, so that clean-up code runs.

    Where Python ignores exceptions, in a destructor say, it would be lost; so
    it is raised again until the context is left.
    """

    def stop(number: int, _) -> None:
        signal.setitimer(signal.ITIMER_REAL, RAISE_AGAIN)
        raise SystemExit(128 + signal.SIGTERM)

    previous = {number: signal.signal(number, stop)
                for number in (signal.SIGTERM, signal.SIGALRM)}
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in previous.items():
            signal.signal(number, handler)
