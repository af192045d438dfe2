"""Blocks that are neither open nor closed are tried on training images."""
from copy import deepcopy
from itertools import islice

import pytest
import torch

from rd_plugins.models import EpsilonResNet_CIFAR
from rd_plugins.shipping.read import with_preprocessor
from rd_plugins.shipping.undecided import (decide, estimate_statistics,
                                           open_all_but, undecided_blocks)
from rd_plugins.shipping.weak_blocks import (evidence_of_responses,
                                             training_batches)


def hover(source, **averages):
    """As if these blocks had been closed in this share of the steps."""
    backbone = source.model.backbone
    for name, average in averages.items():
        index = backbone.blocks.index(name.replace('_', '.'))
        backbone.gates.closed_average[index] = average
    source.model.eval()


def test_which_are_undecided(closed):
    """Not the dead, nor closed ones that are weak, nor open ones."""
    evidence = evidence_of_responses(closed)
    assert undecided_blocks(closed, evidence) == []
    hover(closed, layer1_0=0.3, layer1_1=0.96, layer1_2=0.02)
    assert undecided_blocks(closed, evidence) == ['layer1.1', 'layer1.0']
    hover(closed, layer3_1=0.4)  # weak, but open half of the time
    assert undecided_blocks(closed, evidence)[1] == 'layer3.1'


@pytest.mark.parametrize('frozen', [
    dict(frozen_stages=1), dict(norm_eval=True)], ids=str)
def test_frozen_norms_keep_their_statistics(frozen):
    """And the others have those that follow from them."""
    model = EpsilonResNet_CIFAR(depth=8, base_channels=4, **frozen)
    norms = {name: module for name, module in model.named_modules()
             if isinstance(module, torch.nn.BatchNorm2d)}
    for norm in norms.values():
        norm.running_mean.normal_()
        norm.running_var.uniform_(0.5, 2)
    model.train()
    kept = {name for name, norm in norms.items() if not norm.training}
    before = deepcopy(model.state_dict())
    batches = list(torch.randn(2, 6, 3, 16, 16))
    estimate_statistics(model, batches)
    for name, norm in norms.items():
        same = torch.equal(norm.running_mean, before[f'{name}.running_mean'])
        assert same == (name in kept), name
        assert norm.momentum == 0.1
    assert kept and (len(kept) == len(norms)) == ('norm_eval' in frozen)


def accuracy_without(source, removed, count):
    """By another way: norms in train mode, averaged batch by batch."""
    model = with_preprocessor(source)
    open_all_but(model, removed)
    batches = list(islice(training_batches(source), 2 * count))
    norms = [module for module in model.modules()
             if isinstance(module, torch.nn.BatchNorm2d)]
    sums = {norm: [0, 0] for norm in norms}
    model.train()
    for batch in batches[:count]:
        for norm in norms:
            norm.momentum = 1.0
        model(model.data_preprocessor(batch)['inputs'])
        for norm in norms:
            sums[norm][0] += norm.running_mean / count
            sums[norm][1] += norm.running_var / count
    for norm, (mean, variance) in sums.items():
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
    right = []
    for batch in batches[count:]:
        samples = model.eval().test_step(batch)
        right += [bool(each.pred_label == each.gt_label) for each in samples]
    return round(100 * sum(right) / len(right), 2)


def test_both_ways_and_the_better(closed):
    """Accuracies of a reference; the norms end with those of the choice."""
    hover(closed, layer1_1=0.9, layer2_2=0.3)
    before = deepcopy(closed)
    found = decide(closed, ['layer1.1', 'layer2.2'], 2)
    removed = {'layer2.0', 'layer3.1', 'layer1.1'}
    for name in ('layer1.1', 'layer2.2'):
        for word, names in (('kept', removed - {name}),
                            ('removed', removed | {name})):
            assert found[name][word] == accuracy_without(before, names, 2)
        goes = found[name]['removed'] >= found[name]['kept']
        removed = removed | {name} if goes else removed - {name}
    backbone = closed.model.backbone
    assert set(backbone.closed_blocks()) == removed
    assert backbone.closed_blocks() == backbone.dead_blocks()
