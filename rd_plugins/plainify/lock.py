"""One run at a time in a folder."""
import fcntl
import os
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from rd_plugins.utils.errors import UsageError

FILE = '.lock'


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Context in which no other run works in a folder.

    Programs that are started inside hold the lock too: a training that
    outlives a killed run keeps the next one out.

    Args:
        folder (Path): A folder that is there.

    Raises:
        UsageError: If another run works in it.
    """
    with (folder / FILE).open('w') as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UsageError(
                f'{folder} is in use by another run, or by a training that a '
                'killed one has left; wait for it, or end it.') from None
        os.set_inheritable(file.fileno(), True)
        yield
