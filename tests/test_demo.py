"""The demo: as if all but its last step were done, and as a whole."""
import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from mmpretrain.registry import MODELS

from rd_plugins.tables.report import Results
from rd_plugins.tables.table_file import read_table
from tests.helpers import ROOT
from tests.helpers.runs import demo_cfg
from tests.helpers.tools import SMALL, assert_done, assert_refused, run, tool

# 3x3: one from 1 channel, then 9 blocks for each width, the first of two
# stages from half of it; a scale and a shift for each channel; the head
PARAMS = 9 * (16 + sum(18 * width**2 - narrower
                       for width, narrower in ((16, 0), (32, 512), (64, 2048)))
              ) + 2 * (16 + 18 * (16 + 32 + 64)) + 65 * 10
TEST = ['test_dataloader.dataset.indices=50', 'test_dataloader.num_workers=0']


def check(done, folder):
    """It has printed the table that it wrote, and drawn its picture."""
    assert_done(done)
    page = (folder / 'work_dirs/demo/demo.md').read_text()
    assert page in done.stdout
    assert page.count(f'| 27 | {PARAMS:,} |') == 5
    assert '% by ONNX Runtime' in done.stdout
    picture = folder / 'work_dirs/demo/demo.png'
    assert picture.read_bytes().startswith(b'\x89PNG')


def give_results(folder: Path, seed: int = 0) -> Path:
    """What a demo leaves that has trained and tested everything.

    Returns:
        Path: The checkpoint that it exports.
    """
    table = read_table(str(ROOT / 'configs/tables/demo.py'))
    results = Results(folder / 'work_dirs/demo', table)
    student = results.folder / f'fading-seed{seed}'
    student.mkdir(parents=True)
    results.runs = [
        dict(row=row, seed=seed, accuracy=90.0, blocks=27, params=PARAMS,
             macs=2e7, commit='0', hardware='a CPU', pytorch='2', flags='',
             date='2026-01-01') for row in table.rows]
    results.write()
    model = MODELS.build(demo_cfg('plain56_ce_mnist5k').model)
    checkpoint = student / 'epoch_4.pth'
    torch.save(dict(state_dict=model.state_dict()), checkpoint)
    return checkpoint


def call_here(command, stdout, stderr):
    """``subprocess.call`` for a tool, in this process."""
    python, path, *arguments = command
    assert python == sys.executable and stderr == subprocess.STDOUT
    done = tool(Path(path).relative_to(ROOT / 'tools'), *arguments, cwd='.')
    stdout.write(done.stdout + done.stderr)
    return done.returncode


def test_what_is_done_is_shown_and_exported(run_dir, monkeypatch):
    give_results(run_dir)
    monkeypatch.setattr(subprocess, 'call', call_here)
    done = tool('demo.py', cwd=run_dir)
    check(done, run_dir)
    assert 'trains' not in done.stdout


def test_kept_weights_are_exported(run_dir, monkeypatch):
    """Where the training's folder is gone; with the options of the table."""
    checkpoint = give_results(run_dir)
    results = Results(run_dir / 'work_dirs/demo',
                      read_table(str(ROOT / 'configs/tables/demo.py')))
    kept = results.folder / 'weights/demo_fading-1234.pth'
    kept.parent.mkdir()
    checkpoint.rename(kept)
    results.runs[-1]['weights'] = kept.name
    results.write()
    monkeypatch.setattr(subprocess, 'call', call_here)
    done = tool('demo.py', '--cfg-options', *TEST, cwd=run_dir)
    check(done, run_dir)
    report = json.loads(
        (run_dir / 'work_dirs/demo/onnxruntime/report.json').read_text())
    assert report[0]['accuracy/top1'] % 2 == 0  # of 50 images


def test_a_failed_export_is_said(run_dir, monkeypatch):
    checkpoint = give_results(run_dir)
    torch.save(dict(state_dict=dict(other=torch.zeros(1))), checkpoint)
    monkeypatch.setattr(subprocess, 'call', call_here)
    assert_refused(tool('demo.py', cwd=run_dir), 'deploy.py failed: ',
                   checkpoint.name, 'deploy.log')


def test_what_is_not_trained_is_not_exported(run_dir):
    give_results(run_dir).unlink()
    done = tool('demo.py', cwd=run_dir)
    assert_done(done)
    assert 'Not exported: work_dirs/demo/fading-seed0 has no' in done.stdout


def test_a_budget_that_ends_before_the_first_result(run_dir):
    done = tool('demo.py', '--budget', '0s', cwd=run_dir)
    assert_done(done)
    assert '5 left' in done.stdout and 'Not exported' in done.stdout


def test_other_seeds(run_dir, monkeypatch):
    """The first of them is exported."""
    give_results(run_dir, seed=3)
    monkeypatch.setattr(subprocess, 'call', call_here)
    done = tool('demo.py', '--seeds', '3', cwd=run_dir)
    assert_done(done)
    assert '% by ONNX Runtime' in done.stdout


@pytest.mark.slow
def test_demo_in_processes(run_dir):
    check(run(sys.executable, ROOT / 'tools/demo.py', '--cfg-options', *SMALL,
              *TEST, cwd=run_dir), run_dir)
