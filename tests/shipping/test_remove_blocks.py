"""What is left of an ε-ResNet without its closed blocks."""
from copy import deepcopy

import pytest
import torch
from mmpretrain.models import ImageClassifier
from mmpretrain.registry import MODELS

from rd_plugins.shipping.read import image_shape, read_trained_model
from rd_plugins.shipping.remove_blocks import (compressed_cfg,
                                               compressed_model, freeze_gates)
from rd_plugins.shipping.verify import outputs_differ_by
from rd_plugins.shipping.write import write_model
from rd_plugins.utils.errors import UsageError
from tests.models.backbones.test_epsilon_resnet import close
from tests.shipping.closed_blocks import IMAGES, SHAPE, weaken


def test_what_is_evaluated(closed_files, closed):
    untouched = read_trained_model(*map(str, closed_files)).model
    assert not any(key.startswith('auxiliary')
                   for key in closed.model.state_dict())
    assert outputs_differ_by(untouched, closed.model, IMAGES) == 0


@pytest.mark.parametrize('fold', [False, True])
def test_what_is_left_is_ordinary(closed, run_dir, fold):
    removed = closed.model.backbone.closed_blocks()
    assert removed == ['layer2.0', 'layer3.1']
    cfg = compressed_cfg(closed, removed, fold)
    model = compressed_model(closed, removed, fold)
    assert outputs_differ_by(closed.model, model, IMAGES) <= 1e-12
    written = write_model(
        str(run_dir / 'out'), 'left', closed, cfg, model, image_shape(cfg),
        'Less.', report=lambda: dict(removed=removed))
    assert max(written.exact, written.rounded) < 1e-5
    stored = read_trained_model(
        *(str(run_dir / f'out/left.{end}') for end in ('py', 'pth')))
    assert type(stored.model) is ImageClassifier
    stored.model.load_state_dict(
        torch.load(run_dir / 'out/left.pth')['state_dict'], strict=True)
    expected = dict(
        type='rd_plugins.EpsilonResNet_CIFAR', depth=20, in_channels=1,
        base_channels=4, gate=False, removed_blocks=removed)
    assert stored.cfg.model.backbone == dict(
        expected, **(dict(deploy=True) if fold else {}))
    assert stored.cfg.custom_hooks == []
    assert image_shape(stored.cfg) == SHAPE
    with pytest.raises(UsageError, match='has no gates'):
        freeze_gates(stored)


def test_a_planted_fault_leaves_nothing(closed, run_dir):
    before = sorted(run_dir.iterdir())
    removed = closed.model.backbone.closed_blocks()
    called = []
    for wrong in (removed[:1], removed + ['layer1.0']):
        with pytest.raises(UsageError, match='computes something else'):
            write_model(
                str(run_dir / 'out'), 'left', closed,
                compressed_cfg(closed, wrong),
                compressed_model(closed, wrong), SHAPE, 'Wrong.',
                report=lambda: called.append(1))
    faulty = compressed_model(closed, removed)
    weaken(faulty, 'layer2.1', 1.001)
    with pytest.raises(UsageError, match='computes something else'):
        write_model(
            str(run_dir / 'out'), 'left', closed,
            compressed_cfg(closed, removed), faulty, SHAPE, 'Wrong.')
    assert sorted(run_dir.iterdir()) == before and not called


def test_a_compressed_network_compresses_again(closed, run_dir):
    """It may have been trained on with gates."""
    removed = closed.model.backbone.closed_blocks()
    cfg = deepcopy(closed.cfg)
    cfg.model.backbone.removed_blocks = removed
    model = MODELS.build(cfg.model)
    close(model.backbone, 0)
    (run_dir / 'again.py').write_text(cfg.pretty_text)
    torch.save(model.state_dict(), run_dir / 'again.pth')
    again = read_trained_model(
        str(run_dir / 'again.py'), str(run_dir / 'again.pth'))
    freeze_gates(again)
    names = again.model.backbone.closed_blocks()
    assert names == ['layer1.0']
    assert compressed_cfg(again, names).model.backbone.removed_blocks == [
        'layer1.0', 'layer2.0', 'layer3.1']
    assert outputs_differ_by(
        again.model, compressed_model(again, names), IMAGES) == 0
