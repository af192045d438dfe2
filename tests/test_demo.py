"""The demo, with few images."""
import subprocess
import sys

import pytest

from tests.helpers import ROOT
from tests.helpers.tools import SMALL, assert_done, run, tool

ARGUMENTS = ('demo.py', '--train-options', *SMALL)


def check(done, folder):
    """It has printed the table that it wrote, and drawn its picture."""
    assert_done(done)
    table = (folder / 'work_dirs/demo/table.md').read_text()
    assert table in done.stdout
    assert table.count('| 269,434 | 31.11 M |') == 5
    picture = folder / 'work_dirs/demo/curves.png'
    assert picture.read_bytes().startswith(b'\x89PNG')


def call_here(command, stdout, stderr):
    """``subprocess.call`` for a tool, in this process."""
    python, path, *arguments = command
    assert python == sys.executable and stderr == subprocess.STDOUT
    done = tool(path.relative_to(ROOT / 'tools'), *arguments, cwd='.')
    stdout.write(done.stdout + done.stderr)
    return done.returncode


def test_demo(run_dir, monkeypatch):
    monkeypatch.setattr(subprocess, 'call', call_here)
    check(tool(*ARGUMENTS, cwd=run_dir), run_dir)


@pytest.mark.slow
def test_demo_in_processes(run_dir):
    script, *arguments = ARGUMENTS
    done = run(sys.executable, ROOT / 'tools' / script, *arguments,
               cwd=run_dir)
    check(done, run_dir)
