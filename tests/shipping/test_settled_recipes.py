"""The last checkpoint of every recipe is compressed without a flag.

Each recipe keeps its hooks and schedules, shortened in proportion; network and
images are small.
"""
import json

import pytest
from mmengine.config import Config

from rd_plugins.engine.shorten import shorten
from tests.helpers import ROOT
from tests.helpers.runs import epsilon_cfg, train
from tests.helpers.tools import tool

EPOCHS = 8
RECIPES = sorted(
    path.stem for path in (ROOT / 'configs/epsilon').glob('epsilon*.py')
    # whose hooks and schedules are those of others
    if path.stem not in ('epsilon110_cifar100', 'epsilon152_imagenet'))


def short(name, folder):
    """The schedule and the hooks of a recipe, with a run of two seconds."""
    recipe = Config.fromfile(ROOT / f'configs/epsilon/{name}.py')
    shorten(recipe, EPOCHS)
    cfg = epsilon_cfg(folder, **{'train_cfg.max_epochs': EPOCHS})
    cfg.model.backbone.gate_scope = recipe.model.backbone.get(
        'gate_scope', 'local')
    # Between the responses of the blocks, as 2.5 is in the paper's networks
    cfg.model.backbone.epsilon = 5.0
    cfg.param_scheduler = recipe.param_scheduler
    cfg.custom_hooks = recipe.custom_hooks
    cfg.custom_hooks[0].update(closed_steps=5, calibration_batches=2)
    cfg.train_cfg.val_interval = EPOCHS
    cfg.default_hooks.checkpoint = dict(type='CheckpointHook', interval=EPOCHS)
    cfg.train_dataloader.dataset.pipeline = [dict(type='PackInputs')]
    cfg.test_dataloader = cfg.val_dataloader
    return cfg


@pytest.mark.parametrize('name', RECIPES)
def test_the_last_checkpoint_is_compressed(run_dir, name):
    cfg = short(name, run_dir / 'work')
    config = run_dir / 'short.py'
    config.write_text(cfg.pretty_text)
    backbone = train(cfg).model.backbone
    checkpoint = run_dir / f'work/epoch_{EPOCHS}.pth'
    done = tool('compress.py', config, checkpoint, '--out', run_dir / 'out',
                '--repeats', 1, '--test')
    assert done.returncode == 0, done.stderr
    report = json.loads((run_dir / 'out/report.json').read_text())
    networks = report['networks']
    key = 'accuracy/top1'
    if not report['tried']:  # else the better of two, with other statistics
        assert networks['frozen gates'][key] == networks['compressed'][key]
    if 'reference' in name:  # the one that never settles
        return
    assert backbone.closed_blocks() == backbone.dead_blocks() != []
    assert report['removed'] == backbone.dead_blocks()
    assert report['tried'] == {} and report['difference']['float64'] == 0
