"""A table of the demo's digits, in one go and interrupted."""
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
import torch

from rd_plugins.tables.queue import Queue
from rd_plugins.tables.run import Run
from rd_plugins.tables.table import Row, Table
from rd_plugins.utils.errors import UsageError
from tests.helpers import ROOT
from tests.helpers.runs import save_teacher
from tests.helpers.tools import assert_done, assert_refused, tool

# A table that is killed starts processes of its own.
pytestmark = pytest.mark.usefixtures('warm_queue')
DEMO = ROOT / 'configs/demo'
TABLE = f'''
title = 'Digits'
reduced = 'three epochs of 100 digits'
short = dict(
    train_cfg=dict(max_epochs=3),
    param_scheduler=[dict(type='MultiStepLR', milestones=[2])],
    train_dataloader=dict(
        batch_size=10, num_workers=0, dataset=dict(indices=100)),
    val_dataloader=dict(num_workers=0, dataset=dict(indices=20)))
rows = dict(
    teacher=dict(
        title='teacher', config='{DEMO}/resnet20_mnist5k.py',
        checkpoint='given'),
    student=dict(
        title='JointRD', config='{DEMO}/plain20_mnist5k.py',
        options=dict(short, model=dict(check_teacher=False)),  # it is random
        test_config='{DEMO}/plain20_ce_mnist5k.py', teacher='teacher'))
'''
CHAIN = TABLE + f'''
def at_rate(lr):
    return dict(short, optim_wrapper=dict(optimizer=dict(lr=lr)))


alone = '{DEMO}/plain20_ce_mnist5k.py'
rows = dict(
    teacher=rows['teacher'],
    first=dict(title='first', config=alone, options=at_rate(0.05)),
    then=dict(title='then', config=alone, options=at_rate(0.0), start='first'))
'''


def arguments(folder, name, *flags):
    return ['reproduce.py', folder / 'digits.py', '--weights',
            f'given={folder / "teacher.pth"}', '--work-dir', folder / name,
            '--out', folder / name / 'out', '--cfg-options',
            'test_dataloader.dataset.indices=50',
            'test_dataloader.num_workers=0', *flags]


def start(folder, name, *flags):
    """A process of its own, to be killed with those that it starts."""
    script, *rest = arguments(folder, name, *flags)
    return subprocess.Popen(
        [sys.executable, ROOT / 'tools' / script, *rest], cwd=ROOT,
        stdout=subprocess.DEVNULL, start_new_session=True)


def weight_files(folder, name):
    """Their names, which have the hash of what is in them."""
    return sorted(
        path.name for path in (folder / name / 'out/weights').iterdir())


def accuracies(folder, name):
    content = json.loads((folder / name / 'out/digits.json').read_text())
    return {(run['row'], run['seed']): run['accuracy']
            for run in content['runs']}


@pytest.fixture
def folder(run_dir):
    (run_dir / 'digits.py').write_text(TABLE)
    save_teacher(run_dir / 'teacher.pth')
    return run_dir


@pytest.mark.parametrize('flags', [(), ('--amp', )])
def test_a_killed_table_ends_as_an_uninterrupted_one(folder, flags):
    killed = start(folder, 'killed', *flags)
    student = folder / 'killed/digits/student-seed0'
    epoch = student / 'epoch_1.pth'
    deadline = time.time() + 120
    while not epoch.exists() and time.time() < deadline:
        time.sleep(0.05)
    in_the_middle = epoch.exists() and not (student / 'epoch_3.pth').exists()
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    assert in_the_middle
    again = tool(*arguments(folder, 'killed', *flags))
    assert_done(again)
    assert 'teacher: tests' not in again.stdout  # it has its result
    assert 'complete' in again.stdout
    assert 'Resumes from' in (student / 'train.log').read_text()
    assert_done(tool(*arguments(folder, 'whole', *flags)))
    assert accuracies(folder, 'whole') == accuracies(folder, 'killed')
    assert weight_files(folder, 'whole') == weight_files(folder, 'killed')
    assert len(weight_files(folder, 'whole')) == 1
    once_more = tool(*arguments(folder, 'whole', *flags))
    assert_done(once_more)
    assert 'trains' not in once_more.stdout


@pytest.mark.faults
def test_pieces_make_the_table_of_one_run(folder):
    """As on a GPU that is at hand for minutes: two at a time, in processes."""
    (folder / 'digits.py').write_text(
        TABLE.replace('max_epochs=3', 'max_epochs=8'))
    flags = ('--jobs', '2', '--seeds', '0', '1')
    budget, pieces, said = 8, 0, ''
    while 'complete' not in said:
        script, *rest = arguments(folder, 'pieces', *flags)
        begin = time.time()
        said = subprocess.run(
            [sys.executable, ROOT / 'tools' / script, *rest, '--budget',
             f'{budget}s'], cwd=ROOT, check=True, capture_output=True,
            text=True).stdout
        assert time.time() - begin < budget + 60  # to start and to stop
        budget, pieces = budget + 4, pieces + 1
    logs = [path.read_text() for path in folder.glob('pieces/*/*/train.log')]
    assert len(logs) == 2 and any('Resumes from' in log for log in logs)
    assert pieces > 1
    assert_done(tool(*arguments(folder, 'whole', *flags)))
    assert accuracies(folder, 'whole') == accuracies(folder, 'pieces')
    assert weight_files(folder, 'whole') == weight_files(folder, 'pieces')


def kept(folder, row):
    """The convolutions that a table has kept of a row."""
    path, = (folder / 'a/out/weights').glob(f'digits_{row}-*.pth')
    weights = torch.load(path, map_location='cpu')['state_dict']
    return {name: each for name, each in weights.items() if each.dim() == 4}


def test_a_row_goes_on_from_the_weights_of_another(folder):
    """Its training's or, if only its result is left, those that it keeps.

    A rate of 0 leaves them as they are.
    """
    (folder / 'digits.py').write_text(CHAIN)
    assert_done(tool(*arguments(folder, 'a', '--rows', 'first')))
    shutil.copytree(folder / 'a', folder / 'trained')
    shutil.rmtree(folder / 'a/digits')
    assert_done(tool(*arguments(folder, 'a')))
    assert_done(tool(*arguments(folder, 'trained')))
    assert weight_files(folder, 'trained') == weight_files(folder, 'a')
    first, then = kept(folder, 'first'), kept(folder, 'then')
    assert first and first.keys() == then.keys()
    assert all(torch.equal(first[name], then[name]) for name in first)


def test_a_row_whose_weights_are_there_already(folder):
    """It is tested, and teaches, in place of being trained."""
    (folder / 'digits.py').write_text(CHAIN)
    assert_done(tool(*arguments(folder, 'a', '--rows', 'first')))
    path, = (folder / 'a/out/weights').iterdir()
    given = ('--weights', f'given={folder / "teacher.pth"}', f'first={path}')
    done = tool(*arguments(folder, 'b', *given))
    assert_done(done)
    assert 'first: tests' in done.stdout and 'first-seed0' not in done.stdout
    first, again = (accuracies(folder, name) for name in 'ab')
    assert again['first', None] == first['first', 0]
    page = (folder / 'b/out/digits.md').read_text()
    assert '--weights given=given.pth first=first.pth' in page
    assert_refused(tool(*arguments(folder, 'a', *given)),
                   'has a result of first that was trained')
    assert_refused(tool(*arguments(folder, 'b')),
                   'give them again, --weights first=PATH')


@pytest.mark.parametrize('differs', [False, True])
def test_a_row_that_trains_again_gives_its_weights(folder, differs):
    """To a result that has lost them, if it is the same once more."""
    (folder / 'digits.py').write_text(CHAIN)
    assert_done(tool(*arguments(folder, 'a', '--rows', 'first')))
    lost, = weight_files(folder, 'a')
    for gone in ('digits', 'out/weights'):
        shutil.rmtree(folder / 'a' / gone)
    path = folder / 'a/out/digits.json'
    content = json.loads(path.read_text())
    first, = (run for run in content['runs'] if run['row'] == 'first')
    first.update(weights=None, accuracy=first['accuracy'] + differs)
    path.write_text(json.dumps(content))
    done = tool(*arguments(folder, 'a'))
    assert_done(done)
    said = f'first-seed0 has {first["accuracy"]:.2f} % in {path}, which stays'
    assert (said in done.stdout) == differs
    assert accuracies(folder, 'a')['first', 0] == first['accuracy']
    assert (lost in weight_files(folder, 'a')) != differs
    named = {run['row']: run['weights']
             for run in json.loads(path.read_text())['runs']}
    assert named['first'] == (None if differs else lost)


def test_a_row_does_not_start_from_another_network(folder):
    (folder / 'digits.py').write_text(CHAIN + '''
rows['then']['options'] = dict(model=dict(backbone=dict(depth=32)))
''')
    assert_done(tool(*arguments(folder, 'a', '--rows', 'first')))
    assert_refused(
        tool(*arguments(folder, 'a')), 'then-seed0 cannot start: ',
        'does not belong to this config')
    assert not list((folder / 'a/digits/then-seed0').glob('*.pth'))


def test_a_training_without_its_last_checkpoint(folder):
    """It would be trained again and again."""
    (folder / 'digits.py').write_text(CHAIN + '''
rows['first']['options']['default_hooks'] = dict(
    checkpoint=dict(interval=2, save_last=False))
''')
    assert_refused(
        tool(*arguments(folder, 'a', '--rows', 'first')),
        'no checkpoint of its last epoch: 2 of 3', 'save_last=False')


def test_the_page_also_has_the_rows_that_were_not_asked_for(folder):
    assert_done(tool(*arguments(folder, 'a', '--rows', 'teacher')))
    page = (folder / 'a/out/digits.md').read_text()
    assert '| JointRD | not run |' in page and '| teacher | not' not in page


def test_time_that_is_up_leaves_the_rest(folder):
    done = tool(*arguments(folder, 'a', '--budget', '1s'))
    assert_done(done)
    assert 'left; run the same command' in done.stdout


@pytest.mark.parametrize('flags, message', [
    (('--budget', 'soon'), '--budget soon is no time'),
    (('--budget', 'nanm'), '--budget nanm is no time'),
    (('--budget=-5m', ), '--budget -5m is no time'),
    (('--weights', 'given=absent.pth'), 'given=absent.pth names no file'),
    (('--weights', f'typo={__file__}'),
     'names typo, and digits takes weights of given, student.'),
    (('--out', __file__), 'test_reproduce.py is a file; name a folder'),
    (('--work-dir', __file__), 'test_reproduce.py is a file; name a folder'),
    (('--seeds', '-1'), "'-1' is not a whole number, at least 0"),
    (('--rows', 'absent'), "no row 'absent'"),
])
def test_what_is_refused(folder, flags, message):
    done = tool(*arguments(folder, 'a', *flags))
    assert done.returncode and message in done.stderr
    assert 'Traceback' not in done.stderr and not (folder / 'a').exists()


def test_what_a_killed_training_left(tmp_path):
    """An empty pointer, a file that was cut, and the one before it."""
    row = Row('r', 'R', 'c.py')
    run = Run(Table('t', 'T', {'r': row}), row, 0, tmp_path, {}, {})
    assert run.epoch() == 0
    run.folder.mkdir(parents=True)
    for epoch in (9, 10, 11):
        torch.save(dict(epoch=epoch), run.folder / f'epoch_{epoch}.pth')
    newest = run.folder / 'epoch_11.pth'
    assert run.epoch() == 11
    newest.write_bytes(newest.read_bytes()[:200])
    (run.folder / 'last_checkpoint').write_text('')
    assert run.epoch() == 10
    assert run.checkpoint().endswith('epoch_10.pth')


def test_a_training_that_fails_is_named(tmp_path):
    config = tmp_path / 'broken.py'
    config.write_text("model = dict(type='Nothing')\n"
                      'train_cfg = dict(max_epochs=1)\n')
    row = Row('broken', 'B', str(config))
    run = Run(Table('t', 'T', {'broken': row}), row, 0, tmp_path, {}, {})
    queue = Queue([run], 1, None, lambda run: None)
    reason = "broken-seed0 failed with status 1: .*'Nothing'.*; its log is "
    with pytest.raises(UsageError, match=reason) as refusal:
        queue.work(0.1)
    assert str(run.folder / 'train.log') in str(refusal.value)
