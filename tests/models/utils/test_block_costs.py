"""The share of a block is what removing it saves."""
import pytest
import torch
from mmpretrain.registry import MODELS

from rd_plugins.models.utils import shares_of_macs, shares_of_time
from rd_plugins.utils.measure import count_macs_and_params

NETWORKS = [
    dict(type='rd_plugins.EpsilonResNet_CIFAR', depth=20, base_channels=4),
    dict(type='rd_plugins.GatedResNet_CIFAR', depth=18, base_channels=4,
         stem_channels=4),
    dict(type='rd_plugins.GatedMobileNetV2', widen_factor=0.5),
]


def classifier(backbone, **options):
    return MODELS.build(
        dict(type='ImageClassifier', backbone=dict(backbone, **options),
             neck=dict(type='GlobalAveragePooling'))).train()


@pytest.mark.parametrize('cfg', NETWORKS, ids=lambda cfg: cfg['type'])
def test_macs(cfg):
    """To a norm that stays where pre-activation is shared, and additions."""
    model = classifier(cfg)
    blocks = model.backbone.blocks
    model.backbone.gates.mark_dead(torch.arange(len(blocks)) == 1)
    shares = shares_of_macs(model, torch.randn(1, 3, 32, 32))
    assert model.training
    assert model.backbone.dead_blocks() == [blocks[1]]
    whole, _ = count_macs_and_params(
        classifier(cfg, gate=False).eval(), (3, 32, 32))
    for share, name in list(zip(shares, blocks))[:4]:
        without, _ = count_macs_and_params(
            classifier(cfg, gate=False, removed_blocks=[name]).eval(),
            (3, 32, 32))
        assert share == pytest.approx(1 - without / whole, rel=0.01)


def test_time(monkeypatch):
    """Each block is left out once; the smallest time counts."""
    model = classifier(NETWORKS[0])
    image = torch.randn(1, 3, 32, 32)
    shares = shares_of_time(model, image, repeats=1)
    assert len(shares) == 9 and min(shares) >= 0 and max(shares) < 1

    def times(passes, repeats, warm_up):
        for index, run in passes.items():
            run()
            assert model.backbone.gates.skipped == [
                block == index for block in range(9)]
        return {index: [9.0, 1.2 if index == 0 else 1 - max(index, 0) / 10]
                for index in passes}

    monkeypatch.setattr(
        'rd_plugins.models.utils.block_costs.times_in_turns', times)
    shares = shares_of_time(model, image)
    assert shares == pytest.approx([0, *(k / 10 for k in range(1, 9))])
    assert model.backbone.gates.skipped == [False] * 9
