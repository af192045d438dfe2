"""What measures and draws, as a user runs it."""
import json
import runpy
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmpretrain.registry import MODELS

from rd_plugins.utils.errors import UsageError
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


def test_inference_time_of_a_deep_stem(run_dir):
    """The stem is no conv1; the config says how many channels it takes."""
    config = run_dir / 'deep.py'
    backbone = dict(type='ResNetV1d', depth=50, in_channels=1, stem_channels=4,
                    base_channels=4)
    model = dict(type='ImageClassifier', backbone=backbone)
    config.write_text(f'model = {model}')
    flags = '--images', '2', '--size', '32', '--repeats', '1'
    done = tool('analysis_tools/inference_time.py', config, *flags)
    assert_done(done)
    assert f'1.00x  {config}' in done.stdout
    mixed = run_dir / 'mixed.py'
    del backbone['in_channels']
    mixed.write_text(f'model = {model}')
    assert_refused(tool('analysis_tools/inference_time.py', config, mixed),
                   'different channels (1, 3)')
    for device in ('meta', 'cuda:99'):
        done = tool('analysis_tools/inference_time.py', config, '--device',
                    device)
        assert done.returncode == 2
        assert f'invalid choice: {device!r}' in done.stderr


FEW_BITS = 'analysis_tools/few_bits.py'


def test_networks_of_one_config_have_their_own_rows(run_dir):
    """Two checkpoints are no two draws of one network."""
    config, paths = f'{DEMO}/plain20_ce_mnist5k.py', []
    for seed in (0, 1):
        torch.manual_seed(seed)
        paths.append(run_dir / f'{seed}.pth')
        model = MODELS.build(Config.fromfile(ROOT / config).model)
        torch.save(model.state_dict(), paths[-1])
    out = run_dir / 'new' / 'few.md'
    call = [FEW_BITS, *(f'{config}@{path}' for path in paths), '--bits', '8',
            '--seeds', '0', '--calibration', '8', '--out', out]
    assert_refused(tool(*call, '--images', '20'),
                   'first 20 test images are of 1 of the 10 classes only')
    absent = tool(FEW_BITS, call[1], 'absent.py@a.pth', *call[3:])
    assert_refused(absent, 'no config at absent.py')
    assert not absent.stdout  # it was read before the first was measured
    assert_done(tool(*call))
    rows = out.read_text().splitlines()[2:4]
    assert [row.split(' | ')[0] for row in rows] == [
        '| plain20_ce_mnist5k', '| plain20_ce_mnist5k (2)']
    assert '±' not in out.read_text()
    assert len(json.loads(out.with_suffix('.json').read_text())) == 4


@pytest.mark.parametrize('classes, labels, is_mixed', [
    (2, [0] * 8, False), (2, [0, 1], True), (2, [0, 0], True),
    (3, [0, 1, 1, 0, 1, 1], True), (10, list(range(5)) * 4, False),
    (100, list(range(60)) * 2, True)])
def test_images_that_lie_class_by_class(classes, labels, is_mixed):
    check = runpy.run_path(str(ROOT / 'tools' / FEW_BITS))['_check_mixed']
    source = SimpleNamespace(cfg=Config(dict(model=dict(
        head=dict(num_classes=classes)))))
    with nullcontext() if is_mixed else pytest.raises(
            UsageError, match='class by class'):
        check(torch.tensor(labels), source)


@pytest.mark.parametrize('out, words', [
    ('few.json', 'name a Markdown file'), ('few.JSON', 'few.md'),
    ('folder.md', 'folder.md is a folder'), ('taken.md', 'taken.json is a'),
    ('file/few.md', 'is a file')])
def test_few_bits_checks_its_output_first(run_dir, out, words):
    for folder in ('folder.md', 'taken.json'):
        (run_dir / folder).mkdir()
    (run_dir / 'file').touch()
    assert_refused(tool(FEW_BITS, 'absent.py@absent.pth', '--out',
                        run_dir / out), words)


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


def test_plot_blocks_makes_the_folder(epsilon_run, run_dir):
    out = run_dir / 'new' / 'deep' / 'b.SVG'
    assert_done(tool('analysis_tools/plot_blocks.py', epsilon_run / 'run',
                     '--out', out))
    assert out.stat().st_size


@pytest.mark.parametrize('name', ['b.foo', 'b'])
def test_plot_blocks_checks_the_suffix_first(run_dir, name):
    assert_refused(tool('analysis_tools/plot_blocks.py', run_dir / 'absent',
                        '--out', run_dir / name), name, '.png', '.svg')


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
    # Resumed after epoch 3, and stopped before its next validation
    for folder, lines in (
            ('1', [dict(epoch=1, step=9), dict(accuracy=10, step=2),
                   dict(epoch=3, step=27), dict(accuracy=20, step=4)]),
            ('2', [dict(accuracy=15, step=2), dict(epoch=4, step=36),
                   dict(accuracy=30, step=4)])):
        (run_dir / folder / 'vis_data/scalars.json').write_text(
            '\n'.join(map(json.dumps, lines)))
    log = read_log(run_dir, 'scalars.json', 'accuracy', 'step')
    assert [(line['step'], line['accuracy']) for line in log] == [
        (2, 15), (4, 30)]
    (run_dir / '2/vis_data/scalars.json').write_text('\n'.join(
        map(json.dumps, [dict(epoch=4, step=36), dict(accuracy=40, step=6)])))
    log = read_log(run_dir, 'scalars.json', 'accuracy', 'step')
    assert [line['step'] for line in log] == [2, 6]


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
