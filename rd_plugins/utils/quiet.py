"""Silence where MMEngine's logger has nothing to say to a user."""
import io
from contextlib import contextmanager, redirect_stdout
from typing import Iterator

from mmengine.logging import MMLogger


@contextmanager
def quiet() -> Iterator[None]:
    """Keep standard output and all but errors of MMEngine's logger back."""
    logger = MMLogger.get_current_instance()
    level = logger.level
    logger.setLevel('ERROR')
    try:
        with redirect_stdout(io.StringIO()):
            yield
    finally:
        logger.setLevel(level)
