"""From an ε-ResNet to an ordinary network, as a user runs it."""
import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest
import torch
from mmengine.config import Config
from mmpretrain.registry import MODELS

from rd_plugins.engine.launch import check_training
from tests.conftest import ROOT
from tests.engine.small_run import train
from tests.shipping.closed_blocks import save_closed, weaken
from tests.test_shipping_tools import accuracy, names
from tests.test_tools import assert_refused, tool

REMOVED = ['layer2.0', 'layer3.1']


def compress(trained, *flags):
    return tool('compress.py', *trained, '--out', trained[0].parent / 'out',
                '--repeats', 2, *flags)


@pytest.fixture
def trained(run_dir):
    return save_closed(run_dir)


def test_compress(trained, run_dir):
    done = compress(trained, '--test')
    assert done.returncode == 0, done.stderr
    out = run_dir / 'out'
    files = [out / f'narrow_compressed.{end}' for end in ('py', 'pth')]
    assert names(out) == [
        'narrow_compressed.pth', 'narrow_compressed.py', 'report.json']
    cfg, checkpoint = Config.fromfile(files[0]), torch.load(files[1])
    model = MODELS.build(cfg.model)
    model.load_state_dict(checkpoint['state_dict'], strict=True)
    assert not hasattr(cfg, '_base_') and '_base_' not in files[0].read_text()

    report = json.loads((out / 'report.json').read_text())
    assert report['removed'] == REMOVED and report['dead'] == ['layer2.0']
    assert report['evidence']['measure'] == 'largest response'
    assert report['difference']['float64'] <= 1e-12
    before, frozen, after, _ = report['networks'].values()
    assert before['blocks'] == [3, 3, 3] and after['blocks'] == [3, 2, 2]
    assert before['params'] - after['params'] == (
        2 * 4 + 4 * 8 * 9 + 2 * 8 + 8 * 8 * 9 +
        2 * (2 * 16 + 16 * 16 * 9))
    assert before['macs'] > after['macs'] == frozen['macs']
    key = 'accuracy/top1'
    assert frozen[key] == after[key] == accuracy(*files, run_dir)[key]
    assert frozen[key] == accuracy(*trained, run_dir)[key]
    assert re.search(r'compressed +3\+2\+2 = 7 ', done.stdout)

    assert_refused(compress(trained), 'exists', '--force')
    assert_refused(
        tool('compress.py', *files, '--out', run_dir / 'again'),
        'has no gates')
    done = compress(trained, '--force', '--by-weights', '--fold')
    assert done.returncode == 0, done.stderr
    assert accuracy(*files, run_dir)[key] == after[key]
    assert Config.fromfile(files[0]).model.backbone.deploy


def test_what_is_written_can_be_trained(trained, run_dir):
    done = compress(trained, '--calibration-batches', 1)
    assert done.returncode == 0, done.stderr
    config, checkpoint = (
        str(run_dir / f'out/narrow_compressed.{end}') for end in ('py', 'pth'))
    cfg = Config.fromfile(config)
    cfg.update(load_from=checkpoint, work_dir=str(run_dir / 'tuned'))
    cfg.train_cfg.max_epochs = 1
    check_training(cfg)
    runner = train(cfg)
    assert runner.iter == 5
    assert runner.model.backbone.removed_blocks == set(REMOVED)


def test_gates_that_disagree(trained, run_dir):
    content = torch.load(trained[1])
    model = MODELS.build(Config.fromfile(trained[0]).model)
    model.load_state_dict(content['state_dict'])
    weaken(model, 'layer3.1', 1e6)
    torch.save(model.state_dict(), trained[1])
    before = names(run_dir)
    for flags in ([], ['--by-weights']):
        assert_refused(compress(trained, *flags), 'needed: layer3.1 (',
                       '--as-evaluated')
    assert names(run_dir) == before
    done = compress(trained, '--as-evaluated')
    assert done.returncode == 0, done.stderr
    report = json.loads((run_dir / 'out/report.json').read_text())
    assert report['removed'] == REMOVED and report['evidence'] is None


@pytest.mark.parametrize('flags, words', [
    (['--calibration-batches', 0], ['--calibration-batches 0', 'at least 1']),
    (['--cfg-options', 'train_dataloader.dataset.data_root=absent'],
     ['no data folder absent']),
    (['--cfg-options', 'train_dataloader=None'],
     ['no train_dataloader', '--by-weights']),
    (['--cfg-options', 'model.backbone.depth=26'],
     ['does not belong to this config']),
    (['--cfg-options', "model.backbone.removed_blocks=['layer4.0']"],
     ["no block 'layer4.0'"]),
    (['--cfg-options', 'test_dataloader.dataset.type=Other',
      'test_dataloader.dataset.pipeline=[]', '--by-weights'], ['--shape']),
])
def test_compress_refuses(trained, run_dir, flags, words):
    before = names(run_dir)
    assert_refused(compress(trained, *flags), *words)
    assert names(run_dir) == before


def test_a_killed_run_leaves_nothing(trained, run_dir):
    before = names(run_dir)
    command = [sys.executable, ROOT / 'tools/compress.py', *trained, '--out',
               run_dir / 'out', '--by-weights', '--repeats', 10**6]
    process = subprocess.Popen(
        list(map(str, command)), cwd=ROOT, env=os.environ,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.time() + 120
    while len(names(run_dir)) == len(before) and time.time() < deadline:
        time.sleep(0.1)
    assert len(names(run_dir)) > len(before)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) != 0
    assert names(run_dir) == before
