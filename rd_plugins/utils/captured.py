"""Captures what libraries in C++ print."""
import os
import sys
import tempfile
from contextlib import contextmanager
from typing import Callable, Iterator


@contextmanager
def captured_output() -> Iterator[Callable[[], str]]:
    """Redirect the process's standard output and error to a file.

    Yields:
        Callable: Returns what was printed; also after the context.
    """
    kept = [os.dup(number) for number in (1, 2)]
    file = tempfile.TemporaryFile()  # closed with its last reader

    def printed() -> str:
        file.seek(0)
        return file.read().decode(errors='replace')

    _flush()
    for number in (1, 2):
        os.dup2(file.fileno(), number)
    try:
        yield printed
    finally:
        _flush()
        for number, old in zip((1, 2), kept):
            os.dup2(old, number)
            os.close(old)


def _flush() -> None:
    sys.stdout.flush()
    sys.stderr.flush()
