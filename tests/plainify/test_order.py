"""An order as a command line, and the folder that belongs to it."""
import json
import runpy
import shlex

import pytest

from rd_plugins.plainify.order import PLAN, Order, record
from rd_plugins.utils.errors import UsageError
from tests.helpers import ROOT


@pytest.mark.parametrize('options', [
    dict(),
    dict(arch='resnet18', budget_epochs=2, size=32, target='ethos-u'),
    dict(deploy_options=' --sram 64K'),
    dict(deploy_options="--calib-images 'my images'"),
    dict(deploy_options='--verbose')])
def test_the_command_gives_the_same_order(options):
    order = Order("my father's.pth", 'my data', 'my out', **options)
    python, path, *arguments = shlex.split(order.command)
    read = runpy.run_path(str(ROOT / path))['parse_args'](arguments)
    assert python == 'python' and not read.dry_run
    del read.dry_run
    assert Order(**vars(read)) == order
    assert len(arguments) == 3 + len(options)


def test_another_export_until_something_is_exported(tmp_path):
    asked = [Order('a.pth', 'data', str(tmp_path), deploy_options=text)
             for text in ('', '--dynamic', '--verbose')]
    for each in asked[:2]:
        record(each)
    (tmp_path / 'exported/.plain.new.1.tmp').mkdir(parents=True)
    record(asked[0])
    (tmp_path / 'exported/teacher').mkdir()
    record(asked[0])
    with pytest.raises(UsageError, match='deploy_options=, not --verbose; go '
                       f'on with that, or remove {tmp_path}/exported to'):
        record(asked[2])
    assert json.loads((tmp_path / PLAN).read_text())['deploy_options'] == ''


def test_a_damaged_order(tmp_path):
    (tmp_path / PLAN).write_text('{')
    with pytest.raises(UsageError, match='plan.json is no JSON file'):
        record(Order('a.pth', 'data', str(tmp_path)))


def test_nothing_else_may_change(tmp_path):
    record(Order('a.pth', 'data', str(tmp_path)))
    with pytest.raises(UsageError, match='with size=224, not 64; go on with '
                       'that, or name another --out'):
        record(Order('a.pth', 'data', str(tmp_path), size=64,
                     deploy_options='--dynamic'))
