"""The processes of a table."""
import signal
import subprocess
import sys

from tests.helpers import ROOT
from tests.helpers.processes import is_running, wait_until

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
    name='r', folder=folder, needs={},
    row=SimpleNamespace(checkpoint='', start=None),
    is_trained=lambda: False, epoch=lambda: 0,
    train_command=lambda: [sys.executable, '-c', training, str(folder)])
Queue([run], 1, None, print).work(0.1)
"""


def test_a_table_that_is_terminated_ends_its_trainings(tmp_path):
    """Otherwise the same command would start a second one beside it."""
    table = subprocess.Popen([sys.executable, '-c', CODE, str(tmp_path)],
                             cwd=ROOT, stdout=subprocess.DEVNULL)
    pid = tmp_path / 'pid'
    assert wait_until(lambda: pid.exists() and pid.read_text(), 120)
    training = int(pid.read_text())
    assert is_running(training)
    table.send_signal(signal.SIGTERM)
    assert table.wait(60) == 128 + signal.SIGTERM
    assert not is_running(training)
