"""The package as mim installs and runs it: make test-mim."""
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmpretrain.registry import MODELS

from tests.helpers import DEMO, ROOT
from tests.helpers.tools import SMALL
from tests.test_packaging import copy_tracked_files

pytestmark = pytest.mark.mim
CONFIG = 'plain20_ce_mnist5k.py'


def mim(folder, *arguments):
    """Run mim without sight of the checkout."""
    environment = dict(os.environ, OMP_NUM_THREADS='1')
    environment.pop('PYTHONPATH', None)
    done = subprocess.run(
        [Path(sys.executable).with_name('mim'), *map(str, arguments)],
        cwd=folder, capture_output=True, text=True, env=environment,
        timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope='module', params=['wheel', 'editable'])
def installed(request, tmp_path_factory):
    """What ``mim install .`` and ``mim install -e .`` make.

    Yields a folder where mim is called, away from the checkout.
    """
    folder = tmp_path_factory.mktemp(request.param)
    source = copy_tracked_files(tmp_path_factory.mktemp('source'))
    flags = []
    if request.param == 'editable':
        # mim looks for the package where its metadata are; only the old way
        # of editable installs has both in one place.
        flags = ['--no-use-pep517', '--no-build-isolation', '-e']
    mim(source, 'install', *flags, '.')
    yield folder
    mim(folder, 'uninstall', '-y', 'rd_plugins')


def test_list_and_search(installed):
    assert 'rd-plugins' in mim(installed, 'list').replace('_', '-')
    found = mim(installed, 'search', 'rd_plugins', '--config',
                'plain20_cifar10')
    for words in ('plain20_ce_cifar10.py', 'resnet20_cifar10.py', '269722'):
        assert words in found


def test_train_test_and_run(installed):
    work_dir = installed / 'work'
    output = mim(installed, 'train', 'rd_plugins', CONFIG, '--gpus', 0,
                 '--work-dir', work_dir, '--cfg-options', *SMALL,
                 'train_cfg.max_epochs=1')
    assert 'Training finished successfully' in output
    output = mim(installed, 'test', 'rd_plugins', CONFIG, '--checkpoint',
                 work_dir / 'epoch_1.pth', '--gpus', 0, '--work-dir', work_dir)
    assert 'accuracy/top1' in output
    mim(installed, 'run', 'rd_plugins', 'publish_model',
        work_dir / 'epoch_1.pth', installed / 'published.pth')
    published, = installed.glob('published_*.pth')
    model = MODELS.build(Config.fromfile(ROOT / DEMO / CONFIG).model)
    model.load_state_dict(torch.load(published)['state_dict'], strict=True)
