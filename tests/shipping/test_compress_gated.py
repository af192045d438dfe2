"""A stock network that lost blocks: shipped as an ordinary one."""
import json
from copy import deepcopy

import pytest
import torch
from mmengine.config import Config
from mmpretrain.registry import HOOKS, MODELS

from rd_plugins.engine import DeadBlockHook
from rd_plugins.shipping.compress import Request, read_source
from rd_plugins.shipping.read import read_trained_model
from rd_plugins.shipping.remove_blocks import compressed_cfg
from rd_plugins.utils.errors import UsageError
from tests.helpers.runs import epsilon_cfg
from tests.helpers.tools import tool
from tests.shipping.tools import accuracy, assert_refuses

DEAD = ['layer1.0', 'layer2.0', 'layer3.1']


@HOOKS.register_module(force=True)
class MyDeadBlockHook(DeadBlockHook):
    """A user's own."""


def save_gated(run_dir):
    """A gated ResNet-18 in which three blocks have died, two without and one
    with a projection."""
    cfg = epsilon_cfg(run_dir / 'work')
    cfg.train_dataloader.dataset.pipeline = [dict(type='PackInputs')]
    cfg.custom_hooks = [dict(type='MyDeadBlockHook', target=0.3, end=2)]
    cfg.model.type = 'ImageClassifier'
    cfg.model.backbone = dict(
        type='rd_plugins.GatedResNet_CIFAR', depth=18, in_channels=1,
        stem_channels=8, base_channels=8)
    cfg.model.head.in_channels = 64
    model = MODELS.build(cfg.model)
    for each in model.modules():
        if isinstance(each, torch.nn.BatchNorm2d):
            each.running_mean.normal_(0, 0.1)
    blocks = model.backbone.blocks
    model.backbone.gates.mark_dead(
        torch.tensor([name in DEAD for name in blocks]))
    files = run_dir / 'gated.py', run_dir / 'gated.pth'
    files[0].write_text(cfg.pretty_text)
    torch.save(dict(state_dict=model.state_dict()), files[1])
    return files


def test_it_is_an_ordinary_network(run_dir):
    files = save_gated(run_dir)
    out = run_dir / 'out'
    done = tool('compress.py', *files, '--out', out, '--repeats', 1, '--test')
    assert done.returncode == 0, done.stderr
    report = json.loads((out / 'report.json').read_text())
    assert report['removed'] == DEAD and report['tried'] == {}
    assert report['difference']['float64'] <= 1e-12
    assert report['networks']['compressed']['blocks'] == [1, 1, 1, 2]
    written = [out / f'gated_compressed.{end}' for end in ('py', 'pth')]
    cfg = Config.fromfile(written[0])
    assert cfg.custom_hooks == []
    assert cfg.model.backbone == dict(
        type='rd_plugins.GatedResNet_CIFAR', depth=18, in_channels=1,
        stem_channels=8, base_channels=8, gate=False, removed_blocks=DEAD)
    weights = torch.load(written[1])['state_dict']
    assert not any('gates' in key or 'layer1.0' in key for key in weights)
    assert 'backbone.layer2.0.downsample.0.weight' in weights
    model = MODELS.build(cfg.model)
    model.load_state_dict(weights, strict=True)
    model.init_weights()  # also of blocks without branch
    key = 'accuracy/top1'
    assert accuracy(*written, run_dir)[key] == accuracy(*files, run_dir)[key]

    assert_refuses('compress.py', *files, '--out', out, '--force',
                   '--by-weights', words=['leave --by-weights out'])
    with pytest.raises(UsageError, match='no folded form'):  # reads no images
        read_source(Request(*map(str, files), str(out), fold=True))


def test_hooks_of_a_subclass_go_with_the_gates(closed):
    """Whatever it is called; others stay."""
    source = deepcopy(closed)
    source.cfg.custom_hooks = [
        dict(type='MyDeadBlockHook'), dict(type='EMAHook')]
    assert compressed_cfg(source, []).custom_hooks == [dict(type='EMAHook')]


def test_reading_it_needs_no_gates(run_dir):
    files = save_gated(run_dir)
    source = read_trained_model(*map(str, files))
    assert source.model.backbone.dead_blocks() == DEAD
