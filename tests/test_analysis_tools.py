"""What measures and draws, as a user runs it."""
import json
import sys
import tempfile
from pathlib import Path

import pytest
from mmengine.registry import init_default_scope

from tests.helpers import DEMO, ROOT
from tests.helpers.runs import train, weak_cfg
from tests.helpers.tools import assert_done, assert_refused, tool


def test_inference_time():
    configs = [f'{DEMO}/resnet20_mnist5k.py', f'{DEMO}/plain20_ce_mnist5k.py']
    done = tool('analysis_tools/inference_time.py', *configs, '--images', '6',
                '--batch-size', '4', '--repeats', '1')
    assert_done(done)
    lines = done.stdout.strip().split('\n')[-2:]
    assert [line.split()[-1] for line in lines] == configs
    assert lines[0].split()[2] == '1.00x'


@pytest.fixture(scope='module')
def epsilon_run():
    """A run in which one of nine blocks died, and its config."""
    init_default_scope('mmpretrain')
    with tempfile.TemporaryDirectory(prefix='rd') as folder:
        folder = Path(folder)
        cfg = weak_cfg(folder / 'run')
        cfg.dump(folder / 'config.py')
        train(cfg)
        yield folder


def test_plot_blocks(epsilon_run, run_dir):
    out = run_dir / 'blocks.png'
    done = tool('analysis_tools/plot_blocks.py', epsilon_run / 'run',
                '--baseline', epsilon_run / 'run', '--out', out)
    assert_done(done)
    assert '1 of 9 blocks dead, 1 restarts' in done.stdout
    assert out.read_bytes().startswith(b'\x89PNG')
    assert_refused(tool('analysis_tools/plot_blocks.py', run_dir),
                   'no log blocks.json')
    for baseline, words in ((run_dir / 'absent', 'There is no folder'),
                            (run_dir, 'run that had validation.')):
        assert_refused(
            tool('analysis_tools/plot_blocks.py', epsilon_run / 'run',
                 '--baseline', baseline, '--out', run_dir / 'blocks.png'),
            words)


def test_plot_blocks_joins_resumed_logs(run_dir):
    """A newer log counts from the epoch where it begins."""
    for folder, lines in (('1', [(1, 0), (2, 0), (3, 0)]), ('2', [(3, 1)])):
        path = run_dir / folder / 'vis_data'
        path.mkdir(parents=True)
        (path / 'blocks.json').write_text('\n'.join(
            json.dumps(dict(epoch=epoch, peak=[peak]))
            for epoch, peak in lines))
    sys.path.insert(0, str(ROOT / 'tools' / 'analysis_tools'))
    try:
        from plot_blocks import read_log
    finally:
        sys.path.pop(0)
    log = read_log(run_dir, 'blocks.json', 'peak', 'epoch')
    assert [(line['epoch'], line['peak'][0]) for line in log] == [
        (1, 0), (2, 0), (3, 1)
    ]


def test_dead_blocks_make_steps_cheaper(epsilon_run, run_dir):
    config = epsilon_run / 'config.py'
    done = tool('analysis_tools/benchmark_training.py', config,
                f'{config}@{epsilon_run}/run/epoch_5.pth', config,
                '--repeats', '3', '--images', '64', '--out', run_dir / 'out')
    assert_done(done)
    whole, thinned, again = json.loads(
        (run_dir / 'out/benchmark_training.json').read_text())['rows']
    assert thinned['name'] == 'config@epoch_5.pth'
    # Each has its own time, also where two have one name.
    assert again['name'] == 'config (3)'
    assert again['step_ms'] != whole['step_ms']
    # two of about eighteen convolutions that cost the same
    assert 0.85 < thinned['macs_ratio'] < 0.95
