"""From the checkpoint of a ResNet to a plain network, on tiny pictures."""
import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from torchvision.models import resnet18

from rd_plugins.plainify import run
from rd_plugins.plainify.progress import as_time, epochs_in, run_step
from rd_plugins.plainify.run import Order, plainify
from rd_plugins.plainify.steps import Step, plan
from rd_plugins.utils.errors import UsageError
from tests.helpers.pictures import CLASSES, save_pictures
from tests.helpers.tools import assert_done, assert_refused, tool


@pytest.fixture(scope='module')
def given(tmp_path_factory):
    """A torchvision ResNet-18 for these classes, and for others; pictures."""
    torch.manual_seed(0)
    root = tmp_path_factory.mktemp('given')
    save_pictures(root / 'data')
    for name, classes in (('same', 3), ('other', 5)):
        torch.save(resnet18(num_classes=classes).state_dict(),
                   root / f'{name}.pth')
    return root


def order(given, out, name='same', **options):
    return Order(str(given / f'{name}.pth'), str(given / 'data'), str(out),
                 **{'budget_epochs': 2, 'size': 32, **options})


@pytest.fixture
def called(monkeypatch):
    """The tools that are called, in this process."""
    called = []

    def call(step, log, label):
        called.append(step.tool)
        assert_done(tool(step.tool, *step.arguments()))
        return 1.5

    monkeypatch.setattr(run, 'run_step', call)
    return called


@pytest.mark.slow
def test_from_checkpoint_to_int8(given, run_dir, called):
    onnxruntime = pytest.importorskip('onnxruntime')
    out = run_dir / 'out'
    page = plainify(order(given, out))
    assert called == [
        'model_converters/convert_teacher.py', 'test.py', 'train.py',
        'test.py', 'model_converters/fold_norms.py', 'deploy.py', 'deploy.py',
        'analysis_tools/benchmark.py']
    text = page.read_text()
    for words in ('# resnet18, made plain', '12 test images',
                  '| plain | onnxruntime int8',
                  ' ms |', 'benchmark.png', 'train the plain network: 2 s'):
        assert words in text
    plain = Config.fromfile(out / 'plain.py').model
    assert plain.backbone.type == 'rd_plugins.PlainResNet'
    assert plain.head.num_classes == 3
    served = json.loads((out / 'exported/plain/serving.json').read_text())
    assert served['classes'] == list(CLASSES)
    assert served['size'] == [32, 32]
    session = onnxruntime.InferenceSession(
        str(out / 'exported/plain/end2end_int8.onnx'),
        providers=['CPUExecutionProvider'])
    image = np.zeros((1, 3, 32, 32), np.float32)
    scores, = session.run(None, dict(input=image))
    assert scores.shape == (1, 3) and abs(scores.sum() - 1) < 1e-3


@pytest.fixture
def pretended(monkeypatch):
    """Steps that leave what their tools leave, with numbers that we know."""
    called = []

    def rows(name, backend):
        accuracy, kib = (90., 40) if name == 'teacher' else (88.5, 30)
        compiled = [dict(name='ethos-u55-128', sram=512 * kib, flash=2048,
                         estimated_ms=kib / 8, compiler='vela 5')]
        return [dict(name='PyTorch')] + [
            dict(name=f'{backend}{kind}', bytes=1024 * kib,
                 **{'accuracy/top1': accuracy}) for kind in ('', ' int8')
        ] + compiled * (backend == 'ethos-u')

    def pretend(step, log, label):
        called.append(step.title)
        flags = dict(zip(step.arguments(), step.arguments()[1:]))
        out = Path(flags.get('--work-dir', flags.get('--out', '')))
        if step.epochs:
            out.mkdir(exist_ok=True)
            torch.save({}, out / f'epoch_{step.epochs}.pth')
        elif step.tool == 'test.py':
            Path(flags['--out']).write_text('{}')
        elif step.tool.endswith('convert_teacher.py'):
            Path(step.arguments()[1]).write_text('')
        else:
            out.mkdir(parents=True)
        if step.tool == 'deploy.py':
            (out / 'report.json').write_text(json.dumps(
                rows(out.name, flags['--backend'])))
        if step.tool.endswith('benchmark.py'):
            (out / 'benchmark.png').write_text('')
            measured = [
                dict(name=name, median_ms=ms, peak_mib=2.5) for name, ms in (
                    ('teacher', 8.), ('teacher_int8', 3.), ('plain', 7.),
                    ('plain_int8', 2.25))]
            (out / 'benchmark.json').write_text(json.dumps(dict(
                remark='The machine was busy.', results=measured)))
        return 61

    monkeypatch.setattr(run, 'run_step', pretend)
    return called


@pytest.mark.parametrize('name', ['same', 'other'])
def test_the_page_and_going_on(given, run_dir, pretended, capsys, name):
    """Nothing is done twice, and a folder belongs to one order."""
    page = plainify(order(given, run_dir / 'out', name))
    assert len(pretended) == 8 + (name == 'other')
    text = page.read_text()
    for words in ('right in 90.00 %, the strictly plain network in 88.50 %',
                  '8.00 ms through the teacher and 7.00 ms',
                  'The machine was busy.',
                  '| plain | onnxruntime int8 | 88.50 % | 2.25 ms | 2.50 MiB '
                  '| 30 KiB |',
                  'train the plain network: 1 min 1 s', 'benchmark.png'):
        assert words in text
    assert 'SRAM' not in text and 'rotated' not in text
    pretended.clear()
    (run_dir / 'out/train/epoch_2.pth').unlink()
    plainify(order(given, run_dir / 'out', name))
    assert pretended == ['train the plain network']
    assert 'test the teacher: done before' in capsys.readouterr().out
    assert 'train the plain network: 2 min 2 s' in page.read_text()
    with pytest.raises(UsageError, match='begun with budget_epochs=2, not 3'):
        plainify(order(given, run_dir / 'out', name, budget_epochs=3))


def test_a_teacher_of_other_classes_learns_these(given, run_dir, capsys):
    """The plan says so, and nothing is written by a dry run."""
    plainify(order(given, run_dir / 'out', 'other'), dry_run=True)
    text = capsys.readouterr().out
    assert 'teach the teacher these 3 classes' in text
    assert 'resnet18 of 5 classes; 12 training and 12 test images' in text
    assert not (run_dir / 'out').exists()
    recipe = run.read_order(order(given, run_dir / 'out', 'other'))
    (run_dir / 'out').mkdir()
    recipe.write()
    cfg = Config.fromfile(run_dir / 'out/fine_tune.py')
    assert cfg.model.head.num_classes == 3
    assert cfg.model.backbone.init_cfg.checkpoint == recipe.given
    student = Config.fromfile(run_dir / 'out/student.py')
    assert student.model.teacher.init_cfg.checkpoint == (
        f'{run_dir}/out/fine_tune/epoch_1.pth')
    assert student.model.teacher.backbone.type == 'ResNet'
    assert student.model.backbone.shortcut == 'fading'


@pytest.mark.parametrize('flags, words', [
    (['--arch', 'resnet50'], 'holds a resnet18, not a resnet50'),
    (['--budget-epochs', '1'], 'too few'),
    (['--size', '8'], 'too small'),
    (['--data', 'tests'], 'no folder of classes tests/train'),
    (['--target', 'gpu'], 'gpu needs'),
    pytest.param(
        ['--target', 'ethos-u'], 'target ethos-u needs',
        marks=pytest.mark.skipif(
            bool(find_spec('ethosu')), reason='it is installed')),
])
def test_what_cannot_be_done(given, run_dir, flags, words):
    data = [] if '--data' in flags else ['--data', given / 'data']
    done = tool('plainify.py', given / 'same.pth', *data, '--out',
                run_dir / 'out', *flags)
    assert_refused(done, words)
    assert not (run_dir / 'out').exists()


def test_classes_of_train_alone(given, run_dir):
    save_pictures(run_dir / 'data', each=1)
    (run_dir / 'data/train/yellow').mkdir()
    assert_refused(tool('plainify.py', given / 'same.pth', '--data',
                        run_dir / 'data', '--out', run_dir / 'out'),
                   "class 'yellow' in only one")


@pytest.mark.parametrize('code, words', [
    ('print("hello")', None),
    ('import sys; sys.exit("error: it is broken")', 'it is broken'),
])
def test_a_step_in_a_process(tmp_path, monkeypatch, code, words):
    (tmp_path / 'tools').mkdir()
    (tmp_path / 'tools/some.py').write_text(code)
    monkeypatch.setattr('rd_plugins.plainify.progress.files_folder',
                        lambda: Path(tmp_path))
    step = Step('some', 'some.py', lambda: [], lambda: False)
    log = tmp_path / 'some.log'
    if words:
        with pytest.raises(UsageError, match=f'some.py failed.*: {words}'):
            run_step(step, log, '1/1 some')
    else:
        assert run_step(step, log, '1/1 some') < 60
        assert log.read_text() == 'hello\n'


def test_what_a_log_says():
    log = ('Epoch(train)  [1][18/18]  lr: 1e-2  eta: 0:03:00  time: 0.1\n'
           'Epoch(val) [1][4/4]    accuracy/top1: 31.0\n'
           'Epoch(train)  [2][ 9/18]  lr: 1e-2  eta: 1 day, 0:02:30  time\n')
    assert epochs_in(log) == (1.5, '1 day, 0:02:30')
    assert epochs_in('') == (0.0, '')
    assert [as_time(s) for s in (4.2, 65, 7260)] == [
        '4 s', '1 min 5 s', '2 h 1 min']


def test_the_target_decides_how_it_is_exported(given, run_dir):
    recipe = run.read_order(order(given, run_dir / 'out'))
    for target, words, steps in (
            ('cpu', ['--backend', 'onnxruntime', '--calib-images'], 8),
            ('gpu', ['--backend', 'tensorrt', '--fp16', '--sram'], 7),
            ('ethos-u', ['--backend', 'ethos-u', '--accelerator'], 8)):
        found = plan(recipe, 'x.pth', target, ['--sram', '512K'])
        assert len(found) == steps
        exports = [step.arguments() for step in found
                   if step.tool == 'deploy.py']
        for arguments in exports:
            assert set(words) <= set(arguments)
            given_last = [argument for argument in arguments
                          if argument != '--rotate-180']
            assert given_last[-5:-3] == ['--sram', '512K']


def test_the_page_of_an_npu(given, run_dir, pretended, monkeypatch):
    """Also for rotated images; the teacher cannot be rotated."""
    monkeypatch.setattr(run, 'check_target', lambda target: None)
    page = plainify(order(given, run_dir / 'out', target='ethos-u',
                          deploy_options=' --sram 64K'))
    text = page.read_text()
    assert sum('rotated' in title for title in pretended) == 1
    for words in (
            'By vela 5, on an ethos-u55-128: teacher takes 20 KiB of SRAM and '
            'an estimated 5.00 ms; plain takes 15 KiB',
            '| plain_rotated | ethos-u55-128 |  |  | 15 KiB | 2 KiB '
            '| 3.75 ms |', "/out --deploy-options ' --sram 64K'`",
            '| `exported/plain_rotated/` |'):
        assert words in text
    assert 'latency' not in text
