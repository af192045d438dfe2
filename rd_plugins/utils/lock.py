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
        UsageError: If another run works in it, and ``wait`` is False, or if it
            cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / FILE).open('w')
    except OSError as error:
        raise UsageError(f'{folder} cannot be written: {error.strerror}; name '
                         'another folder.') from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise UsageError(
                f'{folder} is in use by another run, or by a training that a '
                'killed one has left (its loaders end some seconds later); '
                'wait for it, or end it.') from None
        except OSError:
            pass  # a file system without locks
        os.set_inheritable(file.fileno(), True)
        yield
