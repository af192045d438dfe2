from pathlib import Path

import pytest

from rd_plugins.tables.run import Run
from rd_plugins.tables.size import measured_size
from rd_plugins.tables.table import Row, Table
from tests.helpers import DEMO, ROOT

PLAIN = str(ROOT / DEMO / 'plain20_ce_mnist5k.py')


@pytest.mark.parametrize('row_options, options, blocks', [
    ({}, {}, 9),
    (dict(model=dict(backbone=dict(depth=32))), {}, 15),
    (dict(model=dict(backbone=dict(depth=32))),
     {'model.backbone.depth': 44}, 21),
])
def test_the_network_that_is_tested_is_measured(row_options, options, blocks):
    """6n + 2 layers have 3n blocks."""
    row = Row('r', 'R', PLAIN, options=row_options)
    run = Run(Table('t', 'T', dict(r=row)), row, 0, Path('w'), options, {})
    before = str(row_options)
    assert measured_size(run)['blocks'] == blocks
    assert run.test_config().model.backbone.depth == 2 * blocks + 2
    assert str(row_options) == before
