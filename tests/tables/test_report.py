"""What is written of results."""
import json

import pytest
from mmengine.dist import get_rank

from rd_plugins.tables.report import Results
from rd_plugins.tables.table import Row, Table
from rd_plugins.utils.errors import UsageError
from tests.helpers.ranks import on_ranks

RESULT = dict(params=1000, macs=2e6, blocks=9, data='train 12, test 34',
              curve=[[1, 70.0], [2, 80.0]], commit='abc', hardware='a CPU',
              pytorch='2.11.0', flags='--amp', date='2026-01-01')


@pytest.fixture
def table():
    rows = {name: Row(name, name.upper(), 'c.py') for name in 'ab'}
    return Table('t', 'A table', rows, seeds=[0, 1], reduced='2 epochs.')


def test_what_was_written_is_read_again(tmp_path, table):
    results = Results(tmp_path, table)
    for seed, accuracy in ((0, 80.0), (1, 82.0)):
        assert not results.find('a', seed)
        results.add(dict(RESULT, row='a', seed=seed, accuracy=accuracy))
    again = Results(tmp_path, table)
    assert again.find('a', 0) and again.find('a', 1)
    assert not again.find('a', 2) and not again.find('b', 0)
    text = (tmp_path / 't.md').read_text()
    assert ('| A | 81.00 ± 1.41 | 0: 80.00, 1: 82.00 |  | 9 | 1,000 | 2.0 M |'
            in text)
    assert '| B | not run |' in text
    assert 'Reduced schedules' in text and '2 epochs.' in text
    assert 'SHA-256 of labels and images): train 12, test 34' in text
    assert 'ms per image' not in text
    assert ('- 2026-01-01: commit abc, a CPU, PyTorch 2.11.0, with --amp: '
            'a (0, 1)\n' in text)
    assert 'python tools/reproduce.py configs/tables/t.py --amp\n' in text
    assert json.loads((tmp_path / 't.json').read_text())['reduced']
    assert (tmp_path / 't.png').stat().st_size > 1000


def test_a_page_tells_of_changed_options(tmp_path, table):
    results = Results(tmp_path, table)
    changed = {'train_dataloader': dict(batch_size=8, num_workers=0)}
    for seed, options in ((0, {}), (1, changed)):
        results.add(dict(RESULT, row='a', seed=seed, accuracy=80.0, flags='',
                         options=options))
    text = (tmp_path / 't.md').read_text()
    assert 'PyTorch 2.11.0: a (0)\n' in text
    assert 'python tools/reproduce.py configs/tables/t.py\n' in text
    assert text.count(', with ') == 1
    assert ('2.11.0, with --cfg-options train_dataloader.batch_size=8: '
            'a (1)\n' in text)


@pytest.mark.parametrize('text, message', [
    ('{"runs": [', 't.json is no JSON file: .* Restore it'),
    ('[]', 't.json holds a list, not a JSON object')])
def test_damaged_results_are_not_overwritten(tmp_path, table, text, message):
    (tmp_path / 't.json').write_text(text)
    with pytest.raises(UsageError, match=message):
        Results(tmp_path, table)


def test_two_commands_add_to_one_table(tmp_path, table):
    first, second = Results(tmp_path, table), Results(tmp_path, table)
    first.add(dict(RESULT, row='a', seed=0, accuracy=80.0))
    second.add(dict(RESULT, row='b', seed=0, accuracy=81.0))
    again = Results(tmp_path, table)
    assert again.find('a', 0) and again.find('b', 0)
    second.add(dict(RESULT, row='a', seed=0, accuracy=80.0))  # its teacher
    assert len(Results(tmp_path, table).runs) == 2


def add_five(folder, table):
    results = Results(folder, table)
    for seed in range(5):
        results.add(dict(RESULT, row='ab'[get_rank()], seed=seed,
                         accuracy=80.0))


def test_two_commands_add_at_the_same_time(tmp_path, table):
    on_ranks(2, add_five, tmp_path, table)
    assert len(Results(tmp_path, table).runs) == 10


def test_a_page_tells_of_its_own_rows_alone(tmp_path, table):
    """Another comparison's may lie in the same file."""
    other = Table('t', 'T', dict(other=Row('other', 'O', 'c.py')))
    Results(tmp_path, other).add(
        dict(RESULT, row='other', seed=0, accuracy=80.0,
             hardware='another machine', data='other data'))
    Results(tmp_path, table).add(dict(RESULT, row='a', seed=0, accuracy=80.0))
    page = (tmp_path / 't.md').read_text()
    assert 'another machine' not in page and 'other data' not in page
    assert len(Results(tmp_path, table).runs) == 2


def test_weights_that_were_given_have_no_seed(tmp_path, table):
    results = Results(tmp_path, table)
    results.add(dict(RESULT, row='a', seed=None, accuracy=80.0))
    assert results.find('a', 0) and results.find('a', 7)


def test_sizes_may_differ_among_seeds(tmp_path, table):
    results = Results(tmp_path, table)
    for seed, blocks in ((0, 4), (1, 5), (2, None)):
        results.add(dict(RESULT, row='a', seed=seed, accuracy=80.0,
                         blocks=blocks))
    assert '|  | 4 / 5 | 1,000 | 2.0 M |' in (tmp_path / 't.md').read_text()


def test_macs_that_are_not_known_are_empty(tmp_path, table):
    Results(tmp_path, table).add(
        dict(RESULT, row='a', seed=0, accuracy=80.0, macs=None))
    assert '| 9 | 1,000 |  |' in (tmp_path / 't.md').read_text()


def test_latencies_are_a_column(tmp_path, table):
    results = Results(tmp_path, table)
    results.add(dict(RESULT, row='a', seed=0, accuracy=80.0))
    results.set_latencies({'b': dict(ms=2.5, gpu='a GPU')})
    other = Results(tmp_path, table)
    other.add(dict(RESULT, row='b', seed=0, accuracy=81.0))
    results.set_latencies({'a': dict(ms=1.25, threads=1, cores=2)})
    assert results.find('b', 0)
    text = (tmp_path / 't.md').read_text()
    assert '| MACs | ms per image |' in text and '2.0 M | 1.25 |' in text
    assert '1 of 2 CPU cores' in text and '2.50' not in text
    assert Results(tmp_path, table).latencies['a']['ms'] == 1.25
