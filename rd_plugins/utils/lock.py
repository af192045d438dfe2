"""One run at a time in a folder."""
import fcntl
import os
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from .errors import UsageError

FILE = '.lock'


@contextmanager
def locked(folder: Path, wait: bool = False) -> Iterator[None]:
    """Context in which no other run works in a folder.

    Programs that are started inside with ``close_fds=False`` hold the lock
    too, as long as they run: a training that outlives a killed run keeps the
    next one out.

    Args:
        folder (Path): The folder; made if it is not there.
        wait (bool): Wait until the other is done. Defaults to False.

    Raises:
        UsageError: If another run works in it, and ``wait`` is False.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / FILE).open('w') as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError:
            raise UsageError(
                f'{folder} is in use by another run, or by a training that a '
                'killed one has left; wait for it, or end it.') from None
        os.set_inheritable(file.fileno(), True)
        yield
