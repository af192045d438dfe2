"""The rows of a table, and those that belong together."""
import pytest

from rd_plugins.tables.run import Run
from rd_plugins.tables.table import Row, Table, select
from rd_plugins.utils.errors import UsageError
from tests.helpers import ROOT

PLAIN = ROOT / 'configs/demo/plain20_ce_mnist5k.py'


def table_of(**needs):
    """A table whose rows need others: name=dict(teacher=..., start=...)."""
    return Table('t', 'T', {name: Row(name, name, str(PLAIN), **options)
                            for name, options in needs.items()})


def test_a_row_brings_what_it_needs_and_theirs():
    rows = dict(
        big={}, first={}, middle=dict(teacher='big'),
        then=dict(start='first', teacher='middle'), other=dict(teacher='big'),
        last=dict(start='then'))
    table = table_of(**rows)
    select(table, ['middle'], [2])
    assert list(table.rows) == ['big', 'middle'] and table.seeds == [2]
    table = table_of(**rows)
    select(table, ['last'], None)
    assert list(table.rows) == ['big', 'first', 'middle', 'then', 'last']
    with pytest.raises(UsageError, match="no row 'absent'; choose from big"):
        select(table, ['absent'], None)


def test_what_is_tested():
    """By default as trained, unless another config tests it."""
    deep = dict(model=dict(backbone=dict(depth=32)))
    options = dict(deep, train_cfg=dict(max_epochs=1))
    assert Row('r', 'R', 'a.py', options).test_options == options
    assert not Row('r', 'R', 'a.py', options, test_config='b.py').test_options
    chosen = Row('r', 'R', str(PLAIN), options, test_config=str(PLAIN),
                 test_options=dict(model=dict(backbone=dict(depth=44))))
    run = Run(Table('t', 'T', dict(r=chosen)), chosen, 0, ROOT, {}, {})
    assert run.test_config().model.backbone.depth == 44


def test_which_weights_are_kept():
    """Of the first seed, and of rows that others are trained with."""
    table = table_of(
        big={}, first={}, then=dict(start='first', teacher='big'))
    table.seeds = [3, 4]
    kept = [(name, seed) for seed in table.seeds for name in table.rows
            if table.keeps_weights(name, seed)]
    assert kept == [('big', 3), ('first', 3), ('then', 3), ('big', 4),
                    ('first', 4)]


def test_the_command_that_makes_it():
    """With what its runs were given, unless it is known as it was typed."""
    rows = dict(a=Row('a', 'A', 'a.py', checkpoint='of_a'))
    plain = 'python tools/reproduce.py configs/tables/t.py --weights of_a='
    fast = dict(seed=0, flags='--amp compile=True')
    table = Table('t', 'T', rows)
    assert table.made_by([]) == f'{plain}of_a.pth'
    assert table.made_by([fast, dict(fast, seed=None, flags='--amp')]) == (
        f'{plain}of_a.pth --amp')
    assert table.made_by([fast, dict(seed=2, flags='', given_weights=dict(
        b='12'))]) == f'{plain}of_a.pth b=b.pth --seeds 0 2'
    typed = 'python tools/compare.py a.py --amp'
    assert Table('t', 'T', rows, command=typed).made_by([fast]) == typed
