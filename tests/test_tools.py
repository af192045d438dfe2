"""Training and testing as a user runs them; every tool starts."""
import json
import re
import runpy
import sys

import pytest
import torch
from mmengine import load
from mmengine.runner import Runner
from mmpretrain.registry import MODELS

from rd_plugins.shipping.read import read_trained_model, with_preprocessor
from tests.helpers import DEMO, ROOT
from tests.helpers.fresh import run_fresh
from tests.helpers.tools import SMALL, assert_done, assert_refused, run, tool

TOOLS = sorted(
    path.relative_to(ROOT / 'tools').as_posix()
    for path in (ROOT / 'tools').rglob('*.py'))
LIBRARIES = ('matplotlib.pyplot', 'mmengine.runner', 'mmpretrain.apis',
             'mmpretrain.engine', 'mmpretrain.visualization')


def test_each_starts_by_itself():
    """In a process of its own, where nothing of ours is imported yet."""
    started = run_fresh(LIBRARIES, [
        [str(ROOT / 'tools' / name), '--help'] for name in TOOLS])
    for name, (status, output) in zip(TOOLS, started):
        assert not status, output
        assert f'usage: {name.split("/")[-1]} ' in output
        joined = re.search(r'^ {4}python .*\S {4,}\S', output, re.MULTILINE)
        assert not joined, joined


@pytest.mark.parametrize('name', [
    'train.py', 'test.py', 'demo.py', 'analysis_tools/benchmark.py',
    'analysis_tools/benchmark_training.py',
    'analysis_tools/inference_time.py', 'analysis_tools/plot_blocks.py'
])
def test_main_takes_arguments(name, capsys):
    """For callers in Python."""
    main = runpy.run_path(str(ROOT / 'tools' / name))['main']
    with pytest.raises(SystemExit) as ended:
        main(['--help'])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith('usage: ')


def test_refusals_reach_the_shell():
    done = run(sys.executable, 'tools/train.py', 'absent.py')
    assert_refused(done, 'no config at absent.py')


def train(run_dir, teacher, *options, config=f'{DEMO}/plain20_mnist5k.py',
          flags=()):
    return tool('train.py', config, '--work-dir', run_dir, *flags,
                '--cfg-options', *SMALL,
                f'model.teacher.init_cfg.checkpoint={teacher}', *options)


def test_train_resume_and_test(run_dir, teacher):
    """Through the tools, and the test through the plain config."""
    done = train(run_dir, teacher, 'train_cfg.max_epochs=1')
    assert_done(done)
    done = train(run_dir, teacher, 'model.backbone.depth=32',
                 flags=['--resume'])
    assert_refused(done, 'does not belong to this config')
    done = train(run_dir, teacher, 'train_cfg.max_epochs=2',
                 flags=['--resume'])
    assert_done(done)
    assert 'resumed epoch: 1' in done.stdout + done.stderr
    result = run_dir / 'result.json'
    done = tool('test.py', f'{DEMO}/plain20_ce_mnist5k.py',
                run_dir / 'epoch_2.pth', '--work-dir', run_dir, '--out',
                result, '--out-item', 'metrics')
    assert_done(done)
    assert 0 <= json.loads(result.read_text())['accuracy/top1'] <= 100
    assert 'unexpected' not in done.stdout + done.stderr


def test_test_time_augmentation(run_dir, teacher):
    """The mean of the probabilities of an image and of its mirror image."""
    config = str(ROOT / DEMO / 'resnet20_mnist5k.py')
    out = run_dir / 'out.pkl'
    few = {'test_dataloader.dataset.indices': 8,
           'test_dataloader.num_workers': 0}
    assert_done(tool(
        'test.py', config, teacher, '--tta', '--work-dir', run_dir, '--out',
        out, '--cfg-options', *(f'{key}={few[key]}' for key in few)))
    source = read_trained_model(config, str(teacher), few)
    model = with_preprocessor(source)
    batch = next(iter(Runner.build_dataloader(source.cfg.test_dataloader)))
    images = model.data_preprocessor(batch)['inputs']
    with torch.no_grad():
        scores = sum(model(each).softmax(1) for each in (
            images, images.flip(3))) / 2
    written = torch.stack([each['pred_score'] for each in load(out)])
    torch.testing.assert_close(written, scores)


@pytest.mark.parametrize('option, words', [
    ('model.backbone.depth=21', ['depth=21', '20, 32, 44']),
    ('model.backbone.shortcut=some', ["shortcut='some'", "'none'"]),
    ('model.teacher.init_cfg.checkpoint=absent.pth', ['absent.pth', 'Train']),
    ('model.teacher.init_cfg=None', ['The teacher has no weights']),
    ('model.teacher.backbone.stem_channels=8', ['another shape of']),
    ('model.backbone.strides=(1,1,2)', ['Stage 2 puts out (32, 28, 28)']),
    ('train_dataloader.dataset.data_root=absent', ['no data folder absent']),
])
def test_training_refuses(run_dir, teacher, option, words):
    assert_refused(train(run_dir, teacher, option), *words)
    if 'strides' not in option:  # seen on the first batch only
        assert not list(run_dir.iterdir())


def test_testing_refuses(run_dir, teacher):
    config = f'{DEMO}/plain20_ce_mnist5k.py'
    other = run_dir / 'other.pth'
    model = dict(
        type='ImageClassifier', backbone=dict(type='ResNet', depth=18))
    torch.save(dict(state_dict=MODELS.build(model).state_dict()), other)
    truncated = run_dir / 'truncated.pth'
    truncated.write_bytes(teacher.read_bytes()[:10_000])
    for checkpoint, word in ((other, 'does not belong to this config'),
                             (truncated, 'cut off'),
                             (run_dir / 'absent.pth', 'no checkpoint')):
        out = run_dir / 'out.json'
        done = tool('test.py', config, checkpoint, '--work-dir', run_dir,
                    '--out', out, '--out-item', 'metrics')
        assert_refused(done, word)
        assert not out.exists()
    assert_refused(
        tool('test.py', config, teacher, '--out', 'result.txt'), 'result.txt')
    assert_refused(tool('test.py', 'absent.py', other), 'no config at absent')


def test_starting_points_are_checked(run_dir, teacher):
    """Weights cannot be resumed; what does not fit cannot be loaded."""
    flags = ['--resume', str(teacher)]
    assert_refused(
        train(run_dir, teacher, flags=flags), 'cannot be resumed',
        f'load_from={teacher}')
    strange = run_dir / 'strange.pth'
    torch.save(dict(state_dict={'conv1.weight': torch.ones(1)}), strange)
    assert_refused(
        train(run_dir, teacher, f'load_from={strange}'), 'only 0 of the')
    strange.write_bytes(teacher.read_bytes()[:5000])
    assert_refused(
        train(run_dir, teacher, f'load_from={strange}'), 'cannot be read')
    assert [path.name for path in run_dir.iterdir()] == ['strange.pth']
