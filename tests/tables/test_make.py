"""Which runs a table still needs."""
import pytest
import torch

from rd_plugins.tables.make import seconds, unfinished
from rd_plugins.tables.report import Results
from rd_plugins.tables.run import Run
from rd_plugins.tables.table import Row, Table
from rd_plugins.tables.weights import kept_weights
from rd_plugins.utils.errors import UsageError

CONFIG = """model = dict(type='A', teacher=dict(type='B'))
train_cfg = dict(max_epochs=5)
"""
RESULT = dict(accuracy=80.0, params=1000, macs=2e6, blocks=9, commit='abc',
              hardware='a CPU', pytorch='2.11.0', flags='', date='2026-01-01')


@pytest.fixture
def make(tmp_path):
    """The results of a teacher, and the runs of it, its student and its."""
    config = tmp_path / 'config.py'
    config.write_text(CONFIG)
    rows = dict(
        teacher=Row('teacher', 'T', str(config)),
        student=Row('student', 'S', str(config), teacher='teacher'),
        small=Row('small', 'S', str(config), teacher='student'))
    table = Table('t', 'T', rows)
    results = Results(tmp_path / 'out', table)

    def build(*done, weights=None):
        for row in done:
            results.add(dict(RESULT, row=row, seed=0, weights=weights))
        runs = [Run(table, row, 0, tmp_path / 'work', {}, {},
                    kept_weights(results)) for row in rows.values()]
        return runs, results
    return build


def names(runs):
    return [run.name for run in runs]


def test_a_new_table_needs_everything(make, capsys):
    runs, results = make()
    assert unfinished(runs, results) == runs
    assert not capsys.readouterr().out


def test_a_teacher_whose_weights_are_gone_trains_again(make, capsys):
    """And so does its own; otherwise the student would wait for ever."""
    runs, results = make('teacher', 'student')
    assert names(unfinished(runs, results)) == [
        'small-seed0', 'student-seed0', 'teacher-seed0']
    assert capsys.readouterr().out.count('it is trained again for s') == 2
    runs[1].folder.mkdir(parents=True)
    torch.save({}, runs[1].folder / 'epoch_5.pth')
    assert names(unfinished(runs, results)) == ['small-seed0']


def test_weights_that_a_result_keeps_teach(make, tmp_path):
    weights = tmp_path / 'out/weights/t_teacher-1234.pth'
    weights.parent.mkdir(parents=True)
    torch.save({}, weights)
    runs, results = make('teacher', weights=weights.name)
    assert unfinished(runs, results) == runs[1:]
    cfg = runs[1].config_with_weights()
    assert cfg.model.teacher.init_cfg.checkpoint == str(weights)
    weights.unlink()
    runs, results = make()
    assert names(unfinished(runs, results))[-1] == 'teacher-seed0'


def test_a_row_that_starts_from_another_needs_its_weights(make):
    runs, results = make('student')
    teacher, student, small = runs
    small.row.start = 'teacher'
    assert names(unfinished(runs, results)) == [
        'teacher-seed0', 'small-seed0', 'student-seed0']
    for name in names(runs):
        small.kept[name] = f'{name}.pth'
    cfg = small.config_with_weights()
    assert cfg.load_from == str(small.start_file)
    assert cfg.model.teacher.init_cfg.checkpoint == 'student-seed0.pth'
    assert 'load_from' not in student.config_with_weights()


def test_a_needed_training_has_the_settings_of_its_row(make):
    """Whether its result is there or not."""
    runs, results = make('teacher')
    teacher = runs[0]
    teacher.train_command()
    torch.save({}, teacher.folder / 'epoch_5.pth')
    assert unfinished(runs, results) == runs[1:]
    teacher.row.options['train_cfg'] = dict(max_epochs=4)
    results.runs[0].pop('row_options', None)
    with pytest.raises(UsageError, match='another training of teacher-seed0'):
        unfinished(runs, results)


def test_weights_that_must_be_given_are_missed_at_once(make):
    runs, results = make('teacher')
    runs[0].row.checkpoint = 'published'
    results.runs[0]['seed'] = None
    with pytest.raises(UsageError, match='--weights published=PATH'):
        unfinished(runs, results)


def test_a_row_may_replace_a_part_of_its_config(make):
    """Every time that its config is built."""
    runs, _ = make()
    runs[0].row.options['model'] = dict(_delete_=True, type='C')
    for _ in range(2):
        assert runs[0].training_config().model == dict(type='C')


def test_its_own_training_comes_before_kept_weights(make, tmp_path):
    runs, _ = make()
    teacher = runs[0]
    teacher.kept['teacher-seed0'] = 'kept.pth'
    assert teacher.is_trained() and teacher.checkpoint() == 'kept.pth'
    teacher.folder.mkdir(parents=True)
    torch.save({}, teacher.folder / 'epoch_4.pth')
    assert teacher.checkpoint() == 'kept.pth'
    torch.save({}, teacher.folder / 'epoch_5.pth')
    assert teacher.checkpoint() == str(teacher.folder / 'epoch_5.pth')


def test_times():
    assert [seconds(text) for text in ('90s', '170m', '2h')] == [
        90, 10200, 7200]
