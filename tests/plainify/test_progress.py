"""A tool in a process of its own, and how far it is."""
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rd_plugins.plainify.progress import as_time, epochs_in, run_step, shown
from rd_plugins.plainify.steps import Step
from rd_plugins.utils.errors import UsageError
from tests.helpers import ROOT
from tests.helpers.processes import is_running, wait_until

SLEEPS = """
import os, pathlib, time
pathlib.Path('child').write_text(str(os.getpid()))
time.sleep(100)
"""
RUNS = """
from pathlib import Path
from rd_plugins.plainify import progress
from rd_plugins.utils import package
package.files_folder = Path.cwd
progress.run_step(
    progress.Step('some', 'some.py', lambda: [], lambda: False),
    Path('some.log'), '1/1 some')
"""


def save_tool(folder, code):
    (folder / 'tools').mkdir()
    (folder / 'tools/some.py').write_text(code)


@pytest.mark.parametrize('code, words', [
    ('print("hello")', None),
    ('import sys; sys.exit("error: it is broken")', 'it is broken'),
])
def test_a_step_in_a_process(tmp_path, monkeypatch, code, words):
    save_tool(tmp_path, code)
    monkeypatch.setattr('rd_plugins.utils.package.files_folder',
                        lambda: Path(tmp_path))
    step = Step('some', 'some.py', lambda: [], lambda: False)
    log = tmp_path / 'some.log'
    if words:
        with pytest.raises(UsageError, match=f'some.py failed.*: {words}'):
            run_step(step, log, '1/1 some')
    else:
        assert run_step(step, log, '1/1 some') < 60
        assert log.read_text() == 'hello\n'


def test_what_a_log_file_says(tmp_path, capsys):
    """Where nobody sees a bar: the log's place, then the epochs."""
    with shown('1/2 train', 3, tmp_path / 'a.log') as tell:
        for done in (0.0, 0.5, 1.0, 1.5, 3.0):
            tell(done, '0:01:00')
    with shown('2/2 test', 0, tmp_path / 'b.log') as tell:
        tell(0.0, '')
    assert capsys.readouterr().out.splitlines() == [
        f'1/2 train: see {tmp_path}/a.log', '1/2 train: epoch 1 of 3',
        '1/2 train: epoch 3 of 3', f'2/2 test: see {tmp_path}/b.log']


def test_epochs_of_an_earlier_run_are_not_told(tmp_path, monkeypatch, capsys):
    """The log goes on where a training was removed and begins anew."""
    save_tool(tmp_path, 'import time\ntime.sleep(1)\n'
              'print("Epoch(train)  [2][18/18] eta")')
    monkeypatch.setattr('rd_plugins.utils.package.files_folder',
                        lambda: Path(tmp_path))
    log = tmp_path / 'some.log'
    log.write_text('Epoch(train)  [9][18/18]  eta: 0:00:00\n')
    run_step(Step('some', 'some.py', lambda: [], lambda: False, epochs=9),
             log, '1/1 some')
    assert '1/1 some: epoch 2 of 9' in capsys.readouterr().out


def test_what_a_log_says():
    log = ('Epoch(train)  [1][18/18]  lr: 1e-2  eta: 0:03:00  time: 0.1\n'
           'Epoch(val) [1][4/4]    accuracy/top1: 31.0\n'
           'Epoch(train)  [2][ 9/18]  lr: 1e-2  eta: 1 day, 0:02:30  time\n')
    assert epochs_in(log) == (1.5, '1 day, 0:02:30')
    assert epochs_in('') == (0.0, '')
    assert [as_time(s) for s in (4.2, 65, 7260)] == [
        '4 s', '1 min 5 s', '2 h 1 min']


def test_a_termination_ends_the_tool_too(tmp_path):
    save_tool(tmp_path, SLEEPS)
    path = tmp_path / 'child'
    parent = subprocess.Popen(
        [sys.executable, '-c', RUNS], cwd=tmp_path,
        env={**os.environ, 'PYTHONPATH': str(ROOT)})
    try:
        assert wait_until(lambda: path.exists() and path.read_text())
        child = int(path.read_text())
        parent.send_signal(signal.SIGTERM)
        assert parent.wait(20) == 128 + signal.SIGTERM
        assert not is_running(child)
    finally:
        parent.kill()
        parent.wait()
        if path.exists() and is_running(int(path.read_text())):
            os.kill(int(path.read_text()), signal.SIGKILL)
