"""What confirms that blocks are redundant, and what is left without them."""
from copy import deepcopy

import pytest
import torch
from mmpretrain.models import ImageClassifier
from mmpretrain.registry import DATASETS, MODELS

from rd_plugins.shipping.prove import outputs_differ_by
from rd_plugins.shipping.read import (image_shape, read_trained_model,
                                      with_preprocessor)
from rd_plugins.shipping.remove_blocks import (compressed_cfg,
                                               compressed_model, freeze_gates)
from rd_plugins.shipping.weak_blocks import (check_closed_blocks,
                                             evidence_of_responses,
                                             evidence_of_weights)
from rd_plugins.shipping.write import write_model
from rd_plugins.utils.errors import UsageError
from tests.engine.small_run import epsilon_cfg
from tests.models.backbones.test_epsilon_resnet import close

SHAPE = (1, 28, 28)
IMAGES = torch.randn(
    4, *SHAPE, generator=torch.Generator().manual_seed(0))


def weaken(model, name, factor):
    with torch.no_grad():
        model.backbone.get_submodule(name).conv2.weight.mul_(factor)


def save_closed(run_dir):
    """A config and a checkpoint with a dead block and a closed one.

    layer2.0 is dead and keeps its weights, layer3.1 has decayed.
    """
    cfg = epsilon_cfg(run_dir / 'work')
    cfg.train_dataloader.dataset.pipeline = [dict(type='PackInputs')]
    cfg.model.backbone.epsilon = 0.2
    model = MODELS.build(cfg.model)
    model.init_weights()
    weaken(model, 'layer3.1', 1e-6)
    dead, closed = map(model.backbone.blocks.index, ('layer2.0', 'layer3.1'))
    close(model.backbone, dead, closed)
    model.backbone.gates.bury(torch.arange(9) == dead)
    config, checkpoint = run_dir / 'narrow.py', run_dir / 'narrow.pth'
    config.write_text(cfg.pretty_text)
    torch.save(dict(state_dict=model.state_dict()), checkpoint)
    return config, checkpoint


@pytest.fixture
def trained(run_dir):
    return save_closed(run_dir)


@pytest.fixture
def source(trained):
    source = read_trained_model(
        *map(str, trained), {'model.backbone.eval_gates': 'dynamic'})
    freeze_gates(source)
    return source


def test_what_is_evaluated(trained, source):
    untouched = read_trained_model(*map(str, trained)).model
    assert not any(key.startswith('auxiliary')
                   for key in source.model.state_dict())
    assert outputs_differ_by(untouched, source.model, IMAGES) == 0


def test_responses_are_the_peaks_of_the_training_set(source):
    """Block by block, over all images, in eval mode."""
    evidence = evidence_of_responses(source)
    model = with_preprocessor(source)
    raw = DATASETS.build(source.cfg.train_dataloader.dataset)
    inputs = model.data_preprocessor(
        dict(inputs=torch.stack([item['inputs'] for item in raw])))['inputs']
    assert len(inputs) == 40
    peaks = {}
    for name in model.backbone.blocks:
        block = model.backbone.get_submodule(name)
        block.conv2.register_forward_hook(
            lambda _, __, y, name=name: peaks.update({name: y.abs().max()}))
    with torch.no_grad():
        model.backbone(inputs)
    assert 'layer2.0' not in evidence.values and len(evidence.values) == 8
    for name, peak in peaks.items():
        assert evidence.values[name] == pytest.approx(peak.item(), rel=1e-4)
    assert evidence.weak() == ['layer3.1']
    few = evidence_of_responses(source, 1)
    assert all(value <= evidence.values[name]
               for name, value in few.values.items())
    assert few.values != evidence.values


def test_weights(source):
    evidence = evidence_of_weights(source)
    assert evidence.weak() == ['layer3.1']
    # as initialised: 1
    assert evidence.values['layer1.0'] == pytest.approx(1, rel=0.2)
    assert evidence.values['layer3.1'] == pytest.approx(1e-6, rel=0.2)


@pytest.mark.parametrize('find', [evidence_of_responses, evidence_of_weights])
def test_gates_and_evidence_must_agree(source, find):
    assert check_closed_blocks(source, find(source)) == []
    weaken(source.model, 'layer1.2', 1e-6)  # weak, and evaluated
    assert check_closed_blocks(source, find(source)) == ['layer1.2']
    for damage in (1e6, float('nan')):
        weaken(source.model, 'layer3.1', damage)
        evidence = find(source)
        with pytest.raises(UsageError, match=r'passes over 2 blocks.*needed: '
                           r'layer3.1 \(.*limit.*--as-evaluated'):
            check_closed_blocks(source, evidence)


@pytest.mark.parametrize('fold', [False, True])
def test_what_is_left_is_ordinary(source, run_dir, fold):
    removed = source.model.backbone.closed_blocks()
    assert removed == ['layer2.0', 'layer3.1']
    cfg = compressed_cfg(source, removed, fold)
    model = compressed_model(source, removed, fold)
    assert outputs_differ_by(source.model, model, IMAGES) <= 1e-12
    written = write_model(
        str(run_dir / 'out'), 'left', source, cfg, model, image_shape(cfg),
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


def test_a_planted_fault_leaves_nothing(source, run_dir):
    before = sorted(run_dir.iterdir())
    removed = source.model.backbone.closed_blocks()
    called = []
    for wrong in (removed[:1], removed + ['layer1.0']):
        with pytest.raises(UsageError, match='computes something else'):
            write_model(
                str(run_dir / 'out'), 'left', source,
                compressed_cfg(source, wrong),
                compressed_model(source, wrong), SHAPE, 'Wrong.',
                report=lambda: called.append(1))
    faulty = compressed_model(source, removed)
    weaken(faulty, 'layer2.1', 1.001)
    with pytest.raises(UsageError, match='computes something else'):
        write_model(
            str(run_dir / 'out'), 'left', source,
            compressed_cfg(source, removed), faulty, SHAPE, 'Wrong.')
    assert sorted(run_dir.iterdir()) == before and not called


def test_a_compressed_network_compresses_again(source, run_dir):
    """It may have been trained on with gates."""
    removed = source.model.backbone.closed_blocks()
    cfg = deepcopy(source.cfg)
    cfg.model.backbone.removed_blocks = removed
    model = MODELS.build(cfg.model)
    close(model.backbone, 0)
    (run_dir / 'again.py').write_text(cfg.pretty_text)
    torch.save(model.state_dict(), run_dir / 'again.pth')
    again = read_trained_model(
        str(run_dir / 'again.py'), str(run_dir / 'again.pth'))
    freeze_gates(again)
    closed = again.model.backbone.closed_blocks()
    assert closed == ['layer1.0']
    assert compressed_cfg(again, closed).model.backbone.removed_blocks == [
        'layer1.0', 'layer2.0', 'layer3.1']
    assert outputs_differ_by(
        again.model, compressed_model(again, closed), IMAGES) == 0
