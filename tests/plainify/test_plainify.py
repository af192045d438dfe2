"""From the checkpoint of a ResNet to a plain network, on tiny pictures."""
import json
from importlib.util import find_spec

import numpy as np
import pytest
from mmengine.config import Config

from rd_plugins.plainify import run
from rd_plugins.plainify.order import Order
from rd_plugins.plainify.progress import as_time
from rd_plugins.plainify.run import plainify
from rd_plugins.utils.errors import UsageError
from tests.helpers.pictures import CLASSES, save_pictures
from tests.helpers.tools import assert_done, assert_refused, tool


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
    called.clear()
    (out / 'train/epoch_2.pth').touch()
    plainify(order(given, out))
    assert called == [
        'test.py', 'model_converters/fold_norms.py', 'deploy.py',
        'analysis_tools/benchmark.py']


MADE_OF_THE_STUDENT = [
    'train the plain network', 'test the plain network', 'fold its norms',
    'export the plain network', 'latency and memory side by side']


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
    assert pretended == MADE_OF_THE_STUDENT
    assert ('test the teacher: done before: 90.00 % of the test images'
            in capsys.readouterr().out)
    assert 'train the plain network: 2 min 2 s' in page.read_text()
    pretended.clear()
    plainify(order(given, run_dir / 'out', name))
    assert not pretended
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
    (['--deploy-options', ' --sram 64K'], 'onnxruntime has no --sram'),
    (['--deploy-options', ' --quick'], 'arguments: --quick; see'),
    (['--deploy-options', " --calib-images '"], 'No closing quotation; see'),
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


def test_the_folder_of_something_else(given, run_dir):
    """Its page would be replaced, and its configs trained."""
    out = run_dir / 'out'
    out.mkdir()
    (out / 'README.md').write_text('mine')
    for flags in ([], ['--dry-run']):
        done = tool('plainify.py', given / 'same.pth', '--data',
                    given / 'data', '--out', out, *flags)
        assert_refused(done, 'with README.md in it', 'has no plan.json')
    assert [path.name for path in out.iterdir()] == ['README.md']


def test_a_dry_run_counts_what_is_left(given, run_dir, pretended, monkeypatch,
                                       capsys):
    monkeypatch.setattr(run, 'time_of_a_pass', lambda recipe: 1.)
    asked = order(given, run_dir / 'out')
    plainify(asked)
    plainify(asked, dry_run=True)
    assert 'In all about 0 s here' in capsys.readouterr().out
    (run_dir / 'out/exported/plain/report.json').unlink()
    plainify(asked, dry_run=True)
    seconds = 3 * 12 + 400 + 240
    assert (f'In all about {as_time(seconds)} here'
            in capsys.readouterr().out)


def test_classes_of_train_alone(given, run_dir):
    save_pictures(run_dir / 'data', each=1)
    (run_dir / 'data/train/yellow').mkdir()
    assert_refused(tool('plainify.py', given / 'same.pth', '--data',
                        run_dir / 'data', '--out', run_dir / 'out'),
                   "class 'yellow' in only one")


def test_the_page_of_an_npu(given, run_dir, pretended, monkeypatch):
    """Also for rotated images; the teacher cannot be rotated."""
    for check in ('check_target', 'check_export'):
        monkeypatch.setattr(f'rd_plugins.plainify.order.{check}',
                            lambda _: None)
    asked = order(given, run_dir / 'out', target='ethos-u',
                  deploy_options=' --sram 64K')
    page = plainify(asked)
    text = page.read_text()
    assert sum('rotated' in title for title in pretended) == 1
    for words in (
            'By vela 5, on an ethos-u55-128: teacher takes 20 KiB of SRAM and '
            'an estimated 5.00 ms; plain takes 15 KiB',
            '| plain_rotated | ethos-u55-128 |  |  | 15 KiB | 2 KiB '
            '| 3.75 ms |', f'`{asked.command}`',
            '| `exported/plain_rotated/` |'):
        assert words in text
    assert 'latency' not in text
