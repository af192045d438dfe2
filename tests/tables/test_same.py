"""What makes a training or a result another run's."""
from contextlib import nullcontext
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from rd_plugins.tables.run import Run
from rd_plugins.tables.same import (check_given, check_not_edited,
                                    check_result, check_training)
from rd_plugins.tables.table import Row, Table
from rd_plugins.utils.errors import UsageError

CONFIG = """model = dict(type='A', teacher=dict(type='B'))
train_cfg = dict(max_epochs=5)
optim_wrapper = dict(type='OptimWrapper')
train_dataloader = dict(
    batch_size=4, num_workers=1, dataset=dict(type='C', data_root='here'))
"""
PATH = Path('table.json')


def make_run(folder, options=None, row_options=None, weights='w.pth',
             amp=False):
    """A student of given weights; each folder has others."""
    path = folder / weights
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'Weights in {path.parent.name}')
    config = folder / 'configs/rd/student.py'
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(CONFIG)
    teacher = Row('teacher', 'T', str(config), checkpoint='t')
    row = Row('student', 'S', str(config), teacher='teacher',
              options=row_options or {})
    table = Table('t', 'T', dict(teacher=teacher, student=row))
    return Run(table, row, 0, folder / 'work', options or {},
               dict(t=str(path)), amp=amp)


@pytest.mark.parametrize('changed, differs', [
    (dict(weights='elsewhere/w.pth'),
     "given_weights.t: '.*' in the checkpoint, '.*' in the config"),
    (dict(options={'train_dataloader.dataset.data_root': 'there',
                   'train_dataloader.num_workers': 8}), None),
    (dict(options=dict(compile=True)), None),
    (dict(options={'compile.backend': 'eager'}), None),
    (dict(options={'val_dataloader.batch_size': 1}), None),
    (dict(options={'data_preprocessor.mean': [0]}),
     r"mean: 'nothing' in the checkpoint, \[0\] in the config"),
    (dict(options={'train_dataloader.batch_size': 8}),
     'train_dataloader.batch_size: 4 in the checkpoint, 8 in the config'),
    (dict(row_options=dict(train_cfg=dict(max_epochs=6))),
     'train_cfg.max_epochs: 5 in the checkpoint, 6 in the config'),
    (dict(options={'model.type': 'D', 'model.new': 1}), "'D'.*, and more"),
    (dict(amp=True), "'AmpOptimWrapper' in the config"),
    (dict(options={'train_dataloader.dataset.ann_file': 'half.txt'}),
     "ann_file: 'nothing' in the checkpoint, 'half.txt' in the config"),
])
def test_checkpoints(tmp_path, changed, differs):
    run = make_run(tmp_path)
    run.train_command()
    other = make_run(tmp_path, **changed)
    check_training(other)  # nothing is trained yet
    torch.save({}, run.folder / 'epoch_1.pth')
    check_training(make_run(tmp_path))
    if differs is None:
        check_training(other)
    else:
        with pytest.raises(UsageError, match=differs):
            check_training(other)
    cfg = Config.fromfile(run.folder / 'asked/train_config.py')
    assert cfg.model.teacher.init_cfg.checkpoint == str(tmp_path / 'w.pth')


@pytest.mark.parametrize('changed, differs', [
    (dict(), None),
    (dict(config='../elsewhere/configs/rd/student.py'), None),
    (dict(config='configs/no_res/student.py'), 'other config'),
    (dict(epochs=6), 'other epochs: 6, not 5'),
    (dict(options={'a.data_root': 'there'}), None),
    (dict(options={'a.lr': 1}), 'other options'),
    (dict(options={'model.teacher.init_cfg.checkpoint': 'B.pth'}),
     'other options'),
    (dict(row_options={'a.lr': 1}), 'other row_options'),
    (dict(teacher='other'), 'other teacher: other, not teacher'),
    (dict(start='other'), 'other start: other, not None'),
])
def test_results(tmp_path, changed, differs):
    run = make_run(tmp_path)
    result = dict(run.settings(), **changed)
    if differs is None:
        check_result(run, result, PATH)
    else:
        with pytest.raises(UsageError, match=f'table.json .*{differs}'):
            check_result(run, result, PATH)


@pytest.mark.parametrize('changed, differs', [
    (dict(), None), (dict(amp=True), None),  # its result says how
    (dict(weights={}), None),
    (dict(row_options={'model.type': 'D'}), "'A' in the checkpoint, 'D'")])
def test_configs_that_were_edited_after_the_result(tmp_path, changed, differs):
    run = make_run(tmp_path)
    run.train_command()
    torch.save({}, run.folder / 'epoch_5.pth')
    other = make_run(tmp_path, **{**changed, 'weights': 'w.pth'})
    if 'weights' in changed:
        other.weights = {}
    if differs is None:
        check_not_edited(other, dict(flags=''))
    else:
        with pytest.raises(UsageError, match=differs):
            check_not_edited(other, dict(flags=''))
    with pytest.raises(UsageError, match='AmpOptimWrapper'):
        check_not_edited(run, dict(flags='--amp'))


def test_results_of_other_given_weights(tmp_path):
    """Those of the teacher and those of the student that it taught."""
    first = make_run(tmp_path)
    moved, other = make_run(tmp_path), make_run(tmp_path, weights='b/w.pth')
    moved.weights = dict(t=str(tmp_path / 'moved.pth'))
    results = [(pick, pick(first).settings()) for pick in (
        lambda run: run, lambda run: run.needs['teacher'])]
    (tmp_path / 'w.pth').rename(tmp_path / 'moved.pth')
    for run in (moved, other):
        run.weights['unused'] = 'absent.pth'
    unnamed = make_run(tmp_path, weights='c/w.pth')
    unnamed.weights = {}
    for pick, result in results:
        check_result(pick(moved), result, PATH)
        check_result(pick(unnamed), result, PATH)
        with pytest.raises(UsageError, match="other given_weights: {'t': '"):
            check_result(pick(other), result, PATH)


def test_results_do_not_say_where_the_data_lay(tmp_path):
    run = make_run(tmp_path, options={
        'train_dataloader': dict(batch_size=8, num_workers=0),
        'test_dataloader.dataset.data_root': str(tmp_path)})
    assert run.settings()['options'] == {'train_dataloader.batch_size': 8}


@pytest.mark.parametrize('options, amp, flags', [
    ({}, False, ''),
    (dict(compile=False), True, '--amp'),
    ({'compile.backend': 'eager'}, True, '--amp compile=True'),
])
def test_results_say_what_made_the_run_faster(tmp_path, options, amp, flags):
    run = make_run(tmp_path, options=options, amp=amp)
    assert run.flags() == flags
    assert not run.settings()['options']


def test_results_that_record_less(tmp_path):
    """Those of earlier versions have no options; given weights no epochs."""
    run = make_run(tmp_path, options={'a.lr': 1})
    settings = run.settings()
    for name in ('options', 'row_options', 'teacher', 'start',
                 'given_weights'):
        settings.pop(name)
    check_result(run, settings, PATH)
    given = run.needs['teacher']
    check_result(given, dict(given.settings(), options={'a.lr': 2}), PATH)


def test_a_training_goes_on_with_the_teacher_that_it_began_with(tmp_path):
    """One that the table trained is not one that is given."""
    given = make_run(tmp_path)
    own = replace(given, table=deepcopy(given.table), weights={}, kept={
        'teacher-seed0': 'own.pth'})
    own.table.rows['teacher'].checkpoint = None
    own.train_command()
    torch.save({}, own.folder / 'epoch_3.pth')
    check_training(own)
    with pytest.raises(UsageError, match=r'another training.*given_weights'):
        check_training(given)


@pytest.mark.parametrize('seeds, trained, given', [
    ([], None, None),
    ([0, 1], None, 'result of r that was trained'),
    ([None], 'give them again, --weights r=PATH', None)])
def test_weights_of_a_row_are_given_for_all_seeds_or_for_none(
        seeds, trained, given):
    results = [dict(row='other', seed=None), dict(row='other', seed=0)]
    results += [dict(row='r', seed=seed) for seed in seeds]
    for checkpoint, words in ((None, trained), ('r', given)):
        row = Row('r', 'R', 'r.py', checkpoint=checkpoint)
        with pytest.raises(UsageError, match=words) if words else (
                nullcontext()):
            check_given(row, results, PATH)
