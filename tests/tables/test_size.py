from pathlib import Path

import pytest
import torch
from mmpretrain.registry import MODELS

from rd_plugins.tables.run import Run
from rd_plugins.tables.size import measured_size
from rd_plugins.tables.table import Row, Table
from tests.helpers import DEMO, ROOT
from tests.helpers.runs import epsilon_cfg

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


def test_images_of_unknown_size():
    """Their accuracy is not lost, only what it costs is not known."""
    row = Row('r', 'R', PLAIN)
    options = {'test_dataloader.dataset.type': 'CustomDataset'}
    sizes = [measured_size(Run(Table('t', 'T', dict(r=row)), row, 0,
                               Path('w'), each, {}))
             for each in ({}, options)]
    assert sizes[1] == dict(sizes[0], macs=None)


def test_dead_blocks_have_no_size(tmp_path):
    cfg = epsilon_cfg(tmp_path / 'w' / 'x')
    cfg.test_dataloader = cfg.val_dataloader
    config = tmp_path / 'config.py'
    config.write_text(cfg.pretty_text)
    model = MODELS.build(cfg.model)
    row = Row('r', 'R', str(config), checkpoint='given')
    sizes = []
    for dead in (False, True):
        model.backbone.gates.mark_dead((torch.arange(9) == 4) & dead)
        weights = tmp_path / f'{dead}.pth'
        torch.save(dict(state_dict={
            key: value for key, value in model.state_dict().items()
            if not key.startswith('auxiliary')}), weights)
        run = Run(Table('t', 'T', dict(r=row)), row, 0, Path('w'), {},
                  dict(given=str(weights)))
        sizes.append(measured_size(run))
    assert [size['blocks'] for size in sizes] == [9, 8]
    gone = sum(each.numel() for each in model.backbone.dead_parameters())
    assert sizes[0]['params'] - sizes[1]['params'] == gone > 0
