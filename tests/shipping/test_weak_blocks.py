"""What confirms that blocks are redundant."""
import pytest
import torch
from mmpretrain.registry import DATASETS

from rd_plugins.shipping.read import with_preprocessor
from rd_plugins.shipping.weak_blocks import (evidence_of_responses,
                                             evidence_of_weights,
                                             refuse_strong_blocks,
                                             strong_blocks)
from rd_plugins.utils.errors import UsageError
from tests.shipping.closed_blocks import weaken


def test_responses_are_the_peaks_of_the_training_set(closed):
    """Block by block, over all images, in eval mode."""
    evidence = evidence_of_responses(closed)
    model = with_preprocessor(closed)
    raw = DATASETS.build(closed.cfg.train_dataloader.dataset)
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
    few = evidence_of_responses(closed, 1)
    assert all(value <= evidence.values[name]
               for name, value in few.values.items())
    assert few.values != evidence.values


def test_weights(closed):
    evidence = evidence_of_weights(closed)
    assert evidence.weak() == ['layer3.1']
    # as initialised: 1
    assert evidence.values['layer1.0'] == pytest.approx(1, rel=0.2)
    assert evidence.values['layer3.1'] == pytest.approx(1e-6, rel=0.2)


@pytest.mark.parametrize('find', [evidence_of_responses, evidence_of_weights])
def test_gates_and_evidence_must_agree(closed, find):
    refuse_strong_blocks(closed, find(closed))
    for damage in (1e6, float('nan')):
        weaken(closed.model, 'layer3.1', damage)
        evidence = find(closed)
        assert strong_blocks(closed, evidence) == ['layer3.1']
        with pytest.raises(UsageError, match=r'passes over 2 blocks.*needed: '
                           r'layer3.1 \(.*limit.*--as-evaluated'):
            refuse_strong_blocks(closed, evidence)
