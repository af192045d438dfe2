"""Suppresses output that does not help a user."""
import io
from contextlib import contextmanager, redirect_stdout
from typing import Iterator

from mmengine.logging import MMLogger


@contextmanager
def quiet() -> Iterator[None]:
    """Suppress standard output, and MMEngine's log below level ERROR."""
    logger = MMLogger.get_current_instance()
    level = logger.level
    logger.setLevel('ERROR')
    try:
        with redirect_stdout(io.StringIO()):
            yield
    finally:
        logger.setLevel(level)
