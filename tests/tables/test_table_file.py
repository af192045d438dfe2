"""Reading the files of tables, ours among them."""
import pytest
from mmpretrain.registry import MODELS
from torch import nn

from rd_plugins.tables.run import Run
from rd_plugins.tables.table_file import read_table
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
    rows['other'].update(epochs=7, teacher=None, published=None)
    path = write(tmp_path, rows, seeds=[0, 1], reduced='short', epochs=5)
    table = read_table(path)
    assert (table.seeds, table.reduced) == ([0, 1], 'short')
    assert [row.epochs for row in table.rows.values()] == [5, 5, 7]
    assert table.rows['student'].test_config == str(PLAIN)


@pytest.mark.parametrize('row, message', [
    (dict(config='absent.py'), 'names the config .*absent.py, which does not'),
    (dict(config=str(PLAIN), teacher='later'), "of 'later', which is no row"),
    (dict(config=str(PLAIN), start='later'), "of 'later', which is no row"),
    (dict(config=str(PLAIN), length=3), "no option 'length'; choose from ch"),
    (dict(), "no 'config'; every row needs a title and a config"),
    (dict(config=7), 'config=7; it has to be a str'),
    (dict(config=str(PLAIN), options=[1]), r'options=\[1\]; it has to be a'),
    (dict(config=str(PLAIN), epochs='ten'), "epochs='ten'; .* a whole number"),
    (dict(config=str(PLAIN), epochs=0), 'epochs=0; .*at least 1'),
])
def test_rows_that_cannot_be(tmp_path, row, message):
    path = write(tmp_path, dict(row=dict(title='R', **row)))
    with pytest.raises(UsageError, match=message):
        read_table(path)


@pytest.mark.parametrize('rows, options, message', [
    (3, {}, 'rows=3; it has to be a dict'),
    ({}, {}, "it has no 'rows'"),
    (dict(a=3), {}, r"Row 'a' is 3; write dict\(title"),
    (dict(a={}), dict(seeds=5), 'seeds=5; it has to be a list'),
    (dict(a={}), dict(seeds=['x']), "a seed 'x'; it has to be a whole"),
    (dict(a={}), dict(epochs=1.5), 'epochs=1.5; it has to be a whole'),
])
def test_tables_that_cannot_be(tmp_path, rows, options, message):
    path = write(tmp_path, rows, **options)
    with pytest.raises(UsageError, match=message):
        read_table(path)


def test_none_is_the_default(tmp_path):
    rows = dict(row=dict(title='R', config=str(PLAIN), epochs=None))
    table = read_table(write(tmp_path, rows, seeds=None, note=None))
    assert f'reproduce.py {tmp_path}/' in table.made_by([])  # not one of ours
    assert (table.seeds, table.note, table.rows['row'].epochs) == (
        [0], '', None)


def test_a_missing_table():
    with pytest.raises(UsageError, match='no table at absent.py; .*/tables.$'):
        read_table('absent.py')


def test_tables_and_configs_of_ours_have_names(tmp_path):
    rows = dict(row=dict(
        title='R', config='rd_plugins::demo/plain20_ce_mnist5k.py'))
    table = read_table(write(tmp_path, rows))
    assert table.rows['row'].config == str(PLAIN)
    ours = read_table('rd_plugins::tables/demo.py')
    assert ours.rows == read_table(str(ROOT / 'configs/tables/demo.py')).rows
    assert 'reproduce.py rd_plugins::tables/demo.py' in ours.made_by([])


@pytest.mark.parametrize('path', TABLES, ids=lambda path: path.stem)
def test_every_row_builds(path, tmp_path, monkeypatch):
    """What it would train, and a student's weights in what it is tested as."""
    for layer in (nn.Conv2d, nn.Linear):  # no random numbers
        monkeypatch.setattr(layer, 'reset_parameters', lambda self: None)
    table = read_table(str(path))
    assert f"title = '{table.title}'" in path.read_text()
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
