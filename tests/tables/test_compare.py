"""tools/compare.py: configs with seeds, as a table."""
import json

import pytest

from tests.helpers import DEMO, ROOT
from tests.helpers.tools import SMALL, assert_done, assert_refused, tool
from tools.compare import named, parse_args, table_of

pytestmark = pytest.mark.usefixtures('warm_queue')
PLAIN = ROOT / DEMO / 'plain20_ce_mnist5k.py'


def test_a_config_with_another_length_and_seed(tmp_path):
    assert_done(tool(
        'compare.py', PLAIN, '--seeds', '7', '--epochs', '2',
        '--published', 'plain20_ce_mnist5k=99.0', '--latency', '--work-dir',
        tmp_path, '--out', tmp_path, '--cfg-options', *SMALL,
        'test_dataloader.dataset.indices=50', 'test_dataloader.num_workers=0'))
    content = json.loads((tmp_path / 'comparison.json').read_text())
    run, = content['runs']
    assert run['seed'] == 7 and run['epochs'] == 2 and run['blocks'] == 9
    assert run['curve'][-1] == [2, round(run['accuracy'], 2)]
    page = (tmp_path / 'comparison.md').read_text()
    assert '99.0' in page and 'ms per image' in page
    assert '2 epochs, schedules in proportion' in page
    assert f'python tools/compare.py {PLAIN} --seeds 7 --epochs 2' in page
    check_that_others_are_refused(tmp_path)


def check_that_others_are_refused(folder):
    """Neither the result nor the checkpoints count as another run's."""
    before = sorted(map(str, folder.rglob('*')))
    again = ('compare.py', PLAIN, '--seeds', '7', '--work-dir', folder)
    assert_refused(tool(*again, '--out', folder, '--epochs', '3',
                        '--cfg-options', *SMALL),
                   'other epochs: 2, not 3', '--work-dir and --out')
    assert_refused(tool(*again, '--out', folder, '--epochs', '2'),
                   'other options')
    assert_refused(tool(*again, '--out', folder / 'other', '--epochs', '3',
                        '--cfg-options', *SMALL),
                   'total_steps: 2 in the checkpoint, 3 in the config')
    assert sorted(map(str, folder.rglob('*'))) == before


def test_a_name_is_no_path(capsys):
    for name in ('../a', 'a/b', '/a', '.'):
        with pytest.raises(SystemExit):
            parse_args([str(PLAIN), '--name', name])
        assert f'{name!r} is no name of a file' in capsys.readouterr().err
    assert parse_args([str(PLAIN), '--name', 'a.b']).name == 'a.b'


def test_only_shorter_schedules_are_reduced():
    def table(epochs):
        return table_of(parse_args([str(PLAIN), '--epochs', epochs]))
    assert 'proportion' in table('2').reduced and not table('2').note
    assert not table('40').reduced and '40 epochs' in table('40').note


def test_names_of_configs():
    names = {name: str(path.relative_to(ROOT / 'configs'))
             for name, path in named([
                 'configs/rd/plain20_cifar10.py',
                 'rd_plugins::no_res/plain20_cifar10.py',
                 'configs/rd/plain20_ce_cifar10.py']).items()}
    assert names == {
        'rd_plain20_cifar10': 'rd/plain20_cifar10.py',
        'no_res_plain20_cifar10': 'no_res/plain20_cifar10.py',
        'plain20_ce_cifar10': 'rd/plain20_ce_cifar10.py'}


def test_what_is_refused(tmp_path):
    out = ('--out', tmp_path / 'out')
    assert_refused(tool('compare.py', 'absent.py', *out), 'absent.py')
    assert_refused(tool('compare.py', PLAIN, PLAIN, *out),
                   'Two configs are called demo_plain20_ce_mnist5k')
    assert_refused(tool('compare.py', PLAIN, '--published', 'other=1', *out),
                   'other', 'plain20_ce_mnist5k')
    assert not (tmp_path / 'out').exists()
