"""The processes of a table."""
import os
import signal
import subprocess
import sys
import time

from tests.helpers import ROOT

CODE = """
import sys
from pathlib import Path
from types import SimpleNamespace
from rd_plugins.tables.queue import Queue

folder = Path(sys.argv[1])
training = ("import os, pathlib, sys, time;"
            "pathlib.Path(sys.argv[1], 'pid').write_text(str(os.getpid()));"
            "time.sleep(300)")
run = SimpleNamespace(
    name='r', folder=folder, teacher=None, row=SimpleNamespace(checkpoint=''),
    is_trained=lambda: False, epoch=lambda: 0,
    train_command=lambda flags: [sys.executable, '-c', training, str(folder)])
Queue([run], 1, None, [], print).work(0.1)
"""


def is_running(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_table_that_is_terminated_ends_its_trainings(tmp_path):
    """Otherwise the same command would start a second one beside it."""
    table = subprocess.Popen([sys.executable, '-c', CODE, str(tmp_path)],
                             cwd=ROOT, stdout=subprocess.DEVNULL)
    pid, deadline = tmp_path / 'pid', time.time() + 120
    while not (pid.exists() and pid.read_text()) and time.time() < deadline:
        time.sleep(0.05)
    training = int(pid.read_text())
    assert is_running(training)
    table.send_signal(signal.SIGTERM)
    assert table.wait(60) == 128 + signal.SIGTERM
    assert not is_running(training)
