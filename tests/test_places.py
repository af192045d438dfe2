"""What is tracked names no place of the machine that it was written on."""
import re
import subprocess
from shutil import which

import pytest

from tests.helpers import ROOT

PLACES = re.compile(r'(?<![\w.])/(root|var/tmp|work|mnt)/\w|/home/\w+/')


def test_no_text_names_a_place_of_a_machine():
    if not (which('git') and (ROOT / '.git').exists()):
        pytest.skip('needs git and a checkout to tell which files belong')
    done = subprocess.run(['git', 'ls-files', '-z'], cwd=ROOT, check=True,
                          capture_output=True, text=True)
    found = []
    for name in filter(None, done.stdout.split('\0')):
        try:
            text = (ROOT / name).read_text()
        except (UnicodeDecodeError, FileNotFoundError):
            continue  # a picture, or weights
        found += [f'{name}: {match[0]}' for match in PLACES.finditer(text)]
    assert not found
