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
from tests.helpers import ROOT
from tests.helpers.runs import train
from tests.helpers.tools import tool
from tests.shipping.closed_blocks import weaken
from tests.shipping.tools import accuracy, assert_refuses, names, run

REMOVED = ['layer2.0', 'layer3.1']


def arguments(files, *flags):
    return ('compress.py', *files, '--out', files[0].parent / 'out',
            '--repeats', 2, *flags)


def test_compress(closed_files, run_dir):
    done = tool(*arguments(closed_files, '--test'))
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
    assert report['evidence']['criterion'] == 'largest response'
    assert report['difference']['float64'] <= 1e-12
    before, frozen, after, _ = report['networks'].values()
    assert before['blocks'] == [3, 3, 3] and after['blocks'] == [3, 2, 2]
    assert before['params'] - after['params'] == (
        2 * 4 + 4 * 8 * 9 + 2 * 8 + 8 * 8 * 9 +
        2 * (2 * 16 + 16 * 16 * 9))
    assert before['macs'] > after['macs'] == frozen['macs']
    key = 'accuracy/top1'
    assert frozen[key] == after[key] == accuracy(*files, run_dir)[key]
    assert frozen[key] == accuracy(*closed_files, run_dir)[key]
    assert re.search(r'compressed +3\+2\+2 = 7 ', done.stdout)

    assert_refuses(*arguments(closed_files), words=['exists', '--force'])
    assert_refuses('compress.py', *files, '--out', run_dir / 'again',
                   words=['has no gates'])
    run(*arguments(closed_files, '--force', '--by-weights', '--fold'))
    assert accuracy(*files, run_dir)[key] == after[key]
    assert Config.fromfile(files[0]).model.backbone.deploy


def test_what_is_written_can_be_trained(closed_files, run_dir):
    run(*arguments(closed_files, '--calibration-batches', 1))
    config, checkpoint = (
        str(run_dir / f'out/narrow_compressed.{end}') for end in ('py', 'pth'))
    cfg = Config.fromfile(config)
    cfg.update(load_from=checkpoint, work_dir=str(run_dir / 'tuned'))
    cfg.train_cfg.max_epochs = 1
    check_training(cfg)
    runner = train(cfg)
    assert runner.iter == 5
    assert runner.model.backbone.removed_blocks == set(REMOVED)


def undecide(files, factor=1e6):
    """layer3.1, which evaluation passes over, responds strongly."""
    content = torch.load(files[1])
    model = MODELS.build(Config.fromfile(files[0]).model)
    model.load_state_dict(content['state_dict'])
    weaken(model, 'layer3.1', factor)
    torch.save(model.state_dict(), files[1])
    return model


def test_gates_that_disagree(closed_files, run_dir):
    """Weights alone do not decide; evaluation's choice is one flag away."""
    undecide(closed_files)
    before = names(run_dir)
    assert_refuses(*arguments(closed_files, '--by-weights'),
                   words=['needed: layer3.1 (', '--as-evaluated'])
    assert names(run_dir) == before
    for flag, removed in (('--as-evaluated', REMOVED),
                          ('--dead-only', ['layer2.0'])):
        run(*arguments(closed_files, flag, '--force'))
        report = json.loads((run_dir / 'out/report.json').read_text())
        assert report['removed'] == removed and report['evidence'] is None


def test_an_undecided_block_is_tried_both_ways(closed_files, run_dir):
    """What is written is the better, with statistics estimated for it."""
    model = undecide(closed_files)
    done = tool(*arguments(closed_files, '--test'))
    assert done.returncode == 0, done.stderr
    report = json.loads((run_dir / 'out/report.json').read_text())
    tried = report['tried']['layer3.1']
    line = re.search(r'layer3.1: (.*) % with it, (.*) % without.*: (\w+)',
                     done.stdout)
    assert [float(each) for each in line.groups()[:2]] == [
        tried['kept'], tried['removed']]
    goes = tried['removed'] >= tried['kept']
    assert line[3] == ('removed' if goes else 'kept')
    assert ('layer3.1' in report['removed']) == goes
    # As it was tested, before anything was tried
    assert report['dead'] == ['layer2.0']
    frozen = report['networks']['frozen gates']['accuracy/top1']
    assert frozen == accuracy(*closed_files, run_dir)['accuracy/top1']
    config = (run_dir / 'out/narrow_compressed.py').read_text()
    assert 'with the statistics of norms estimated anew.' in config
    assert 'ETA' in done.stderr or 'elapsed' in done.stderr
    written = torch.load(run_dir / 'out/narrow_compressed.pth')['state_dict']
    key = 'backbone.layer1.1.norm1.running_mean'
    assert not torch.equal(written[key], model.state_dict()[key])
    after = report['networks']['compressed']
    assert after['accuracy/top1'] == accuracy(
        *(run_dir / f'out/narrow_compressed.{end}' for end in ('py', 'pth')),
        run_dir)['accuracy/top1']


@pytest.mark.parametrize('flags, words', [
    (['--calibration-batches', 0], ['--calibration-batches 0', 'at least 1']),
    (['--cfg-options', 'train_dataloader.dataset.data_root=absent'],
     ['no data folder absent']),
    (['--cfg-options', 'train_dataloader=None'],
     ['no train_dataloader', '--by-weights']),
    (['--test', '--cfg-options', 'test_evaluator=None'],
     ['--test needs a test_evaluator', 'leave --test out']),
    (['--cfg-options', 'model.backbone.depth=26'],
     ['does not belong to this config']),
    (['--cfg-options', "model.backbone.removed_blocks=['layer4.0']"],
     ["no block 'layer4.0'"]),
    (['--cfg-options', 'test_dataloader.dataset.type=Other',
      'test_dataloader.dataset.pipeline=[]'], ['--shape']),
])
def test_compress_refuses(closed_files, run_dir, flags, words, capsys):
    """Before it reads the training set, which may take long."""
    before = names(run_dir)
    assert_refuses(*arguments(closed_files, *flags), words=words)
    assert 'elapsed' not in capsys.readouterr().err
    assert names(run_dir) == before


def test_a_killed_run_leaves_nothing(closed_files, run_dir):
    before = names(run_dir)
    command = [sys.executable, ROOT / 'tools/compress.py', *closed_files,
               '--out', run_dir / 'out', '--by-weights', '--repeats', 10**6]
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
