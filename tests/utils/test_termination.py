import signal
import subprocess
import sys

import pytest

from rd_plugins.utils.termination import termination_raises

LOST = '''
import os, signal, time
from rd_plugins.utils.termination import termination_raises

class Destructor:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.1)

with termination_raises():
    try:
        Destructor()
        time.sleep(60)
    finally:
        print('cleaned up')
'''


def test_a_kill_is_not_lost_where_exceptions_are_ignored():
    done = subprocess.run([sys.executable, '-c', LOST],
                          capture_output=True, text=True, timeout=50)
    assert 'Exception ignored' in done.stderr and 'SystemExit' in done.stderr
    assert done.returncode == 128 + signal.SIGTERM
    assert done.stdout == 'cleaned up\n'


def test_handlers_are_as_before_behind_it():
    numbers = signal.SIGTERM, signal.SIGALRM
    before = list(map(signal.getsignal, numbers))
    with pytest.raises(SystemExit, match='143'):
        with termination_raises():
            signal.raise_signal(signal.SIGTERM)
    assert list(map(signal.getsignal, numbers)) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
