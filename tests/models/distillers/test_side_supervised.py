import pytest
import torch
import torch.nn.functional as F
from mmpretrain.registry import MODELS

from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.weights import is_auxiliary
from tests.helpers.models import classifier_cfg

BACKBONE = dict(
    type='rd_plugins.EpsilonResNet_CIFAR', depth=20, base_channels=4)


def build(**kwargs):
    cfg = dict(
        classifier_cfg(), type='rd_plugins.SideSupervised', backbone=BACKBONE)
    model = MODELS.build(dict(cfg, **kwargs))
    model.init_weights()
    return model


def test_loss_is_the_definition(batch):
    inputs, samples = batch
    model = build(side_weight=0.3).double()
    losses = model.loss(inputs.double(), samples)
    network, labels = model.backbone, torch.arange(6) % 5
    x = network.layer1(network.stem(inputs.double()))
    x = network.layer2[1](network.layer2[0](x))
    last = network.layer3(network.layer2[2](x))
    side = model.auxiliary.side.heads['side1']
    middle = F.relu(side.norm(x)).mean((2, 3))
    torch.testing.assert_close(
        losses['loss_side1'],
        0.3 * F.cross_entropy(side.head.fc(middle), labels))
    torch.testing.assert_close(
        losses['loss_cls'],
        F.cross_entropy(model.head.fc(last.mean((2, 3))), labels))
    assert set(losses) == {'loss_cls', 'loss_side1'}


def test_heads_start_as_in_the_released_code():
    """Normal with a variance of 2 / inputs (0.25 for 32), no bias."""
    backbone = dict(BACKBONE, base_channels=64)
    head = dict(classifier_cfg()['head'], num_classes=1000, in_channels=256)
    linear = build(backbone=backbone, head=head).auxiliary.side.heads[
        'side1'].head.fc
    assert linear.in_features == 128 and not linear.bias.any()
    assert linear.weight.std().item() == pytest.approx(0.125, rel=0.01)
    assert linear.weight.mean().item() == pytest.approx(0, abs=0.002)


def test_several_heads_and_their_places(batch):
    model = build(side_blocks=['layer1.0', 'layer3.2'])
    assert [head.norm.num_features
            for head in model.auxiliary.side.heads.values()] == [4, 16]
    losses = model.loss(*batch)
    sum(losses.values()).backward()
    assert all(p.grad is not None for p in model.parameters())
    assert set(losses) == {'loss_cls', 'loss_side1', 'loss_side2'}


def test_accuracies_of_both_heads_are_logged(batch):
    head = dict(classifier_cfg()['head'], cal_acc=True)
    losses = build(head=head).loss(*batch)
    assert 'accuracy_top-1' in losses and 'side1_accuracy_top-1' in losses


def test_prediction_is_without_it(batch):
    model = build().eval()
    plain = MODELS.build(dict(classifier_cfg(), backbone=BACKBONE)).eval()
    weights = {
        key: value for key, value in model.state_dict().items()
        if not is_auxiliary(key)
    }
    plain.load_state_dict(weights, strict=True)
    ran = []
    model.auxiliary.side.heads['side1'].norm.register_forward_hook(
        lambda *_: ran.append(1))
    assert torch.equal(model(batch[0]), plain(batch[0]))
    model.predict(*batch)
    assert not ran


@pytest.mark.parametrize('kwargs, message', [
    (dict(side_blocks=['layer2.3']),
     "no side block 'layer2.3'; choose from layer1.0, layer1.1"),
    (dict(side_blocks=['layer2']), "no side block 'layer2'"),
    (dict(backbone=classifier_cfg()['backbone']),
     'does not know where CifarResNet has its middle'),
])
def test_what_cannot_be_built(kwargs, message):
    with pytest.raises(UsageError, match=message):
        build(**kwargs)


def test_heads_without_a_bias():
    head = dict(type='ArcFaceClsHead', num_classes=5, in_channels=16)
    assert build(head=head).auxiliary.side.heads['side1']
