"""One run at a time in a folder, in processes of their own."""
import os
import signal
import subprocess
import sys

import pytest

from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.lock import locked
from tests.helpers import ROOT
from tests.helpers.processes import wait_until

# A run that is killed, and the program that it leaves behind
CODE = """
import os, subprocess, sys
from pathlib import Path
from rd_plugins.utils.lock import locked
with locked(Path(sys.argv[1])):
    child = subprocess.Popen(['sleep', '100'], close_fds=False)
    Path(sys.argv[1], 'child').write_text(str(child.pid))
    os._exit(1)
"""


WAITS = """
import sys
from pathlib import Path
from rd_plugins.utils.lock import locked
print('waits', flush=True)
with locked(Path(sys.argv[1]), wait=True):
    pass
"""


def is_free(folder):
    try:
        with locked(folder):
            return True
    except UsageError:
        return False


def test_a_second_run_is_refused(tmp_path):
    with locked(tmp_path):
        with pytest.raises(UsageError, match='is in use by another run'):
            with locked(tmp_path):
                pass
    assert is_free(tmp_path)


def test_another_waits_until_it_is_free(tmp_path):
    with locked(tmp_path / 'new'):
        waiting = subprocess.Popen(
            [sys.executable, '-c', WAITS, str(tmp_path / 'new')], cwd=ROOT,
            stdout=subprocess.PIPE)
        assert waiting.stdout.readline() == b'waits\n'
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(2)
    assert waiting.wait(60) == 0


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / 'file').touch()
    with pytest.raises(UsageError, match='cannot be written: Not a directory'):
        with locked(tmp_path / 'file/folder'):
            pass


def test_a_program_that_outlives_its_run_keeps_the_folder(tmp_path):
    subprocess.run([sys.executable, '-c', CODE, str(tmp_path)], cwd=ROOT)
    child = int((tmp_path / 'child').read_text())
    try:
        assert not is_free(tmp_path)
    finally:
        os.kill(child, signal.SIGKILL)
    assert wait_until(lambda: is_free(tmp_path), 30)
