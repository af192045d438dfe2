"""Reading the files of tables."""
import pytest
from mmpretrain.registry import MODELS
from torch import nn

from rd_plugins.tables.run import Run
from rd_plugins.tables.table import Row, Table, read_table, select
from rd_plugins.utils.errors import UsageError
from tests.helpers import ROOT

PLAIN = ROOT / 'configs/demo/plain20_ce_mnist5k.py'
TABLES = sorted((ROOT / 'configs/tables').glob('*.py'))


def write(folder, rows, **options):
    path = folder / 'table.py'
    text = ''.join(f'{key} = {value!r}\n' for key, value in options.items())
    path.write_text(f"title = 'A table'\nrows = {rows!r}\n{text}")
    return str(path)


def test_rows(tmp_path):
    rows = dict(
        teacher=dict(title='T', config=str(PLAIN), checkpoint='given'),
        student=dict(title='S', config=str(PLAIN), teacher='teacher'),
        other=dict(title='O', config=str(PLAIN), options=dict(a=1)))
    rows['other']['epochs'] = 7
    path = write(tmp_path, rows, seeds=[0, 1], reduced='short', epochs=5)
    table = read_table(path)
    assert (table.seeds, table.reduced) == ([0, 1], 'short')
    assert [row.epochs for row in table.rows.values()] == [5, 5, 7]
    assert table.rows['student'].test_config == str(PLAIN)
    select(table, ['student'], [2])
    assert list(table.rows) == ['teacher', 'student'] and table.seeds == [2]
    with pytest.raises(UsageError, match="no row 'absent'; choose from teach"):
        select(table, ['absent'], None)


@pytest.mark.parametrize('row, message', [
    (dict(config='absent.py'), 'names the config .*absent.py, which does not'),
    (dict(config=str(PLAIN), teacher='later'), "of 'later', which is no row"),
    (dict(config=str(PLAIN), start='later'), "of 'later', which is no row"),
    (dict(config=str(PLAIN), length=3), "no option 'length'; choose from ch"),
    (dict(), "no 'config'; every row needs a title and a config"),
])
def test_rows_that_cannot_be(tmp_path, row, message):
    path = write(tmp_path, dict(row=dict(title='R', **row)))
    with pytest.raises(UsageError, match=message):
        read_table(path)


def test_a_row_brings_its_teachers_and_theirs(tmp_path):
    rows = {name: dict(title=name, config=str(PLAIN), teacher=teacher)
            for name, teacher in (('big', None), ('middle', 'big'),
                                  ('small', 'middle'), ('other', 'big'))}
    table = read_table(write(tmp_path, rows))
    select(table, ['small'], None)
    assert list(table.rows) == ['big', 'middle', 'small']


def test_what_is_tested():
    """By default as trained, unless another config tests it."""
    deep = dict(model=dict(backbone=dict(depth=32)))
    options = dict(deep, train_cfg=dict(max_epochs=1))
    assert Row('r', 'R', 'a.py', options).test_options == deep
    assert not Row('r', 'R', 'a.py', options, test_config='b.py').test_options
    chosen = Row('r', 'R', str(PLAIN), options, test_config=str(PLAIN),
                 test_options=dict(model=dict(backbone=dict(depth=44))))
    run = Run(Table('t', 'T', dict(r=chosen)), chosen, 0, ROOT, {}, {})
    assert run.test_config().model.backbone.depth == 44


def test_a_row_brings_what_it_starts_from(tmp_path):
    rows = {name: dict(title=name, config=str(PLAIN), start=start)
            for name, start in (('first', None), ('then', 'first'),
                                ('last', 'then'), ('other', 'first'))}
    rows['then']['teacher'] = 'first'
    table = read_table(write(tmp_path, rows))
    select(table, ['last'], None)
    assert list(table.rows) == ['first', 'then', 'last']


def test_a_missing_table():
    with pytest.raises(UsageError, match='no table at absent.py'):
        read_table('absent.py')


@pytest.mark.parametrize('path', TABLES, ids=lambda path: path.stem)
def test_every_row_builds(path, tmp_path, monkeypatch):
    """What it would train, and a student's weights in what it is tested as."""
    for layer in (nn.Conv2d, nn.Linear):  # no random numbers
        monkeypatch.setattr(layer, 'reset_parameters', lambda self: None)
    table = read_table(str(path))
    for row in table.rows.values():
        run = Run(table, row, 0, tmp_path, {}, {})
        if row.checkpoint:
            continue
        trained = run.training_config()
        if row.teacher:
            trained.model.teacher.init_cfg.checkpoint = 'teacher.pth'
        weights = {
            key: value
            for key, value in MODELS.build(trained.model).state_dict().items()
            if row.test_config == row.config
            or not key.startswith('auxiliary.')
        }
        tested = MODELS.build(run.test_config().model)
        tested.load_state_dict(weights, strict=True)
        if row.start:
            start = Run(table, table.rows[row.start], 0, tmp_path, {}, {})
            before = MODELS.build(start.test_config().model)
            tested.load_state_dict(before.state_dict(), strict=True)
        if row.epochs:
            assert trained.train_cfg.max_epochs == row.epochs
