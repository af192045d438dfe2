import pytest
import torch
from mmpretrain.registry import MODELS

from rd_plugins.models.utils import calibrate
from tests.models.backbones.test_epsilon_resnet import close


@pytest.fixture
def model():
    """One block is dead and another one closed; the stem is frozen."""
    model = MODELS.build(
        dict(type='ImageClassifier',
             backbone=dict(type='rd_plugins.EpsilonResNet_CIFAR', depth=20,
                           base_channels=4)))
    model.init_weights()
    close(model.backbone, 3, 5)
    model.backbone.gates.mark_dead(torch.arange(9) == 3)
    model.train()
    model.backbone.norm1.eval()
    return model


def modes(model):
    return [module.training for module in model.modules()]


def batches(count):
    return [dict(inputs=torch.rand(4, 3, 8, 8)) for _ in range(count)]


def test_the_largest_response_of_all_batches(model):
    before, data = modes(model), batches(3)
    peaks = calibrate(model, data)
    assert modes(model) == before
    assert model.backbone.gates.skipped == [index == 3 for index in range(9)]
    assert peaks[3] == 0 and peaks[5] > 0
    single = [calibrate(model, [batch]) for batch in data]
    assert torch.equal(peaks, torch.stack(single).amax(0))
    assert not torch.equal(peaks, single[0])
    assert torch.equal(calibrate(model, data, 1), single[0])


def test_an_error_leaves_the_modes_as_they_were(model):
    before = modes(model)
    with pytest.raises(KeyError):
        calibrate(model, [dict()])
    assert modes(model) == before and not model.backbone.gates.calibrating


def test_it_keeps_no_graph(model):
    found = []
    model.backbone.layer1[0].conv1.register_forward_hook(
        lambda *args: found.append(args[-1].requires_grad))
    calibrate(model, batches(1))
    assert found == [False]
