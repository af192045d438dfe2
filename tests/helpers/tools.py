"""Calling the project's tools as a user does.

``tool`` calls one in this process, which spares the seconds that a new one
needs to import PyTorch; ``run`` starts a process.
"""
import os
import runpy
import socket
import subprocess
import sys
from collections import OrderedDict
from contextlib import (ExitStack, contextmanager, redirect_stderr,
                        redirect_stdout)
from io import StringIO
from subprocess import CompletedProcess
from typing import Iterator
from unittest.mock import patch

from mmengine.logging import MessageHub, MMLogger
from mmengine.registry import DefaultScope
from mmengine.visualization import Visualizer
from mmpretrain.visualization import UniversalVisualizer

from tests.helpers import ROOT

# What MMEngine keeps of each run by its name, which may be that of another.
GLOBALS = (DefaultScope, MessageHub, MMLogger, Visualizer, UniversalVisualizer)
SMALL = [
    'train_dataloader.dataset.indices=100', 'train_dataloader.num_workers=0',
    'val_dataloader.dataset.indices=50', 'val_dataloader.num_workers=0'
]


def run(*command, cwd=ROOT, **environment) -> CompletedProcess:
    """Run a command in a process of its own; ranks meet on this machine."""
    environment = {**os.environ, 'MASTER_ADDR': '127.0.0.1', **environment}
    return subprocess.run([str(part) for part in command], cwd=cwd,
                          capture_output=True, text=True, timeout=600,
                          env=environment)


@contextmanager
def as_a_new_process(argv, cwd) -> Iterator[None]:
    """Arguments, folder and MMEngine's globals of a process that starts."""
    before = os.getcwd()
    with ExitStack() as stack:
        stack.enter_context(patch.object(sys, 'argv', argv))
        stack.enter_context(patch.dict(os.environ))
        for kind in GLOBALS:
            stack.enter_context(
                patch.object(kind, '_instance_dict', OrderedDict()))
        os.chdir(cwd)
        stack.callback(os.chdir, before)
        yield


def tool(name: str, *arguments, cwd=ROOT) -> CompletedProcess:
    """What ``python tools/NAME ARGUMENTS`` does, in this process."""
    path = str(ROOT / 'tools' / name)
    argv = [path, *map(str, arguments)]
    code, out, err = 0, StringIO(), StringIO()
    with as_a_new_process(argv, cwd), redirect_stdout(out), redirect_stderr(
            err):
        try:
            runpy.run_path(path, run_name='__main__')
        except SystemExit as exit:
            code = exit.code or 0
    if isinstance(code, str):
        code, message = 1, code
        err.write(f'{message}\n')
    return CompletedProcess(argv, code, out.getvalue(), err.getvalue())


def assert_done(done: CompletedProcess) -> None:
    """It has ended well."""
    assert done.returncode == 0, done.stdout + done.stderr


def assert_refused(done: CompletedProcess, *words: str) -> None:
    """One sentence on the last line, no traceback, a status that says so."""
    assert done.returncode == 1, done.stdout + done.stderr
    last = done.stderr.strip().split('\n')[-1]
    assert last.startswith('error: ')
    assert 'Traceback' not in done.stderr
    for word in words:
        assert word in last


def free_port() -> str:
    """A port that nothing listens on."""
    with socket.socket() as sock:
        sock.bind(('127.0.0.1', 0))
        return str(sock.getsockname()[1])
