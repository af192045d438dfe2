"""Processes like those of ``subprocess``, forked from one that is warm."""
import os
import runpy
import subprocess
import sys
from multiprocessing import get_context
from types import SimpleNamespace
from typing import List, Optional
from unittest.mock import patch

import tests.helpers.ranks  # noqa: F401  names what the server imports


def _run(args: List[str], log: str, environment: dict) -> None:
    file = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = args
    runpy.run_path(args[0], run_name='__main__')


class Forked:
    """``subprocess.Popen`` of a Python program that writes to a log."""

    def __init__(self, args: list, stdout, env: dict, **_) -> None:
        self.args = args
        self._process = get_context('forkserver').Process(
            target=_run, args=([*map(str, args[1:])], stdout.name, env))
        with patch.dict(os.environ, CUDA_VISIBLE_DEVICES=''):
            self._process.start()

    @property
    def returncode(self) -> Optional[int]:
        """The exit status; None while it runs."""
        return self._process.exitcode

    def poll(self) -> Optional[int]:
        """The same."""
        return self.returncode

    def wait(self, timeout: Optional[float] = None) -> int:
        """Wait for its end."""
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self.args, timeout)
        return self.returncode

    def terminate(self) -> None:
        """Send SIGTERM."""
        self._process.terminate()

    def kill(self) -> None:
        """Send SIGKILL."""
        self._process.kill()


FORKING = SimpleNamespace(
    Popen=Forked, STDOUT=subprocess.STDOUT, DEVNULL=subprocess.DEVNULL,
    TimeoutExpired=subprocess.TimeoutExpired)
