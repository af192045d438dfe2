"""Tools as a user runs them, and in this process, which takes no start."""
import json
import runpy

import pytest
import torch
from mmpretrain.models import GlobalAveragePooling

from rd_plugins.utils.errors import UsageError
from tests.helpers import DEMO, ROOT
from tests.helpers.tools import tool


def run(name, *arguments):
    """Run a tool in this process."""
    main = runpy.run_path(str(ROOT / 'tools' / name))['main']
    main([str(argument) for argument in arguments])


def assert_refuses(name, *arguments, words):
    """A tool in this process says why it does nothing."""
    with pytest.raises(UsageError) as error:
        run(name, *arguments)
    for word in words:
        assert word in str(error.value)


def assert_refuses_what_cannot_be_converted(
        checkpoint, run_dir, monkeypatch, backend, *flags, words):
    """A network with a Fourier transform, which no converter knows."""
    monkeypatch.setattr(
        GlobalAveragePooling, 'forward', lambda self, inputs: (
            torch.fft.fft2(inputs[0]).abs().mean((2, 3)), ))
    assert_refuses(
        'deploy.py', f'{DEMO}/plain20_ce_mnist5k.py', checkpoint, '--backend',
        backend, *flags, '--out', run_dir / 'out',
        words=[*words, 'Nothing was written'])
    assert not names(run_dir)


def names(folder):
    """The names of all files in a folder, sorted."""
    return sorted(path.name for path in folder.iterdir())


def accuracy(config, checkpoint, run_dir):
    """What tools/test.py finds."""
    result = run_dir / 'result.json'
    done = tool('test.py', config, checkpoint, '--work-dir', run_dir / 'test',
                '--out', result, '--out-item', 'metrics')
    assert done.returncode == 0, done.stderr
    return json.loads(result.read_text())
