"""Networks that begin residual and end plain."""
import math
from copy import deepcopy

import pytest
import torch
from mmpretrain.registry import MODELS

from rd_plugins.models.backbones.fade import Fade
from rd_plugins.models.layers import FadingShortcut
from rd_plugins.utils.errors import UsageError

SMALL = dict(stem_channels=4, base_channels=4)
# a residual backbone, its fading twin, its plain twin
TWINS = {
    'identity and projection': (
        dict(type='rd_plugins.CifarResNet', depth=20, **SMALL),
        dict(shortcut='fading'), dict(shortcut='none')),
    'padding': (
        dict(type='rd_plugins.CifarResNet', depth=20, shortcut='pad', **SMALL),
        dict(shortcut='fading_pad'), dict(shortcut='none')),
    'basic blocks': (
        dict(type='ResNet_CIFAR', depth=18, **SMALL),
        dict(type='rd_plugins.PlainResNet_CIFAR', shortcut='fading'),
        dict(type='rd_plugins.PlainResNet_CIFAR')),
    'bottlenecks and pooling': (
        dict(type='ResNetV1d', depth=50, **SMALL),
        dict(type='rd_plugins.PlainResNet', deep_stem=True, avg_down=True,
             shortcut='fading'),
        dict(type='rd_plugins.PlainResNet', deep_stem=True, avg_down=True)),
}
IMAGES = torch.randn(2, 3, 32, 32)


@pytest.fixture(params=TWINS)
def twins(request):
    residual, fading, plain = TWINS[request.param]
    networks = [MODELS.build({**residual, **options})
                for options in ({}, fading, plain)]
    for network in networks:
        network.init_weights()
    networks[1].load_state_dict(networks[0].state_dict(), strict=False)
    return networks


def test_it_begins_as_its_teacher_and_ends_plain(twins):
    residual, fading, plain = twins
    for network in twins:
        network.train()
    fading.set_progress(0)
    torch.testing.assert_close(fading(IMAGES), residual(IMAGES))
    fading.set_progress(0.5)
    fading.eval(), plain.eval()
    plain.load_state_dict(fading.state_dict(), strict=True)
    assert torch.equal(fading(IMAGES)[-1], plain(IMAGES)[-1])
    fading.set_progress(0.25)
    assert not torch.equal(fading(IMAGES)[-1], plain(IMAGES)[-1])


def test_every_teacher_weight_is_taken_over(twins):
    residual, fading, _ = twins
    missing, unexpected = fading.load_state_dict(
        residual.state_dict(), strict=False)
    assert not unexpected
    assert all(key.endswith('auxiliary.weight') for key in missing)


def test_every_parameter_has_a_gradient_to_the_end(twins):
    """DDP waits for them; those of a shortcut that is gone are zero."""
    _, fading, _ = twins
    for progress in (0.1, 0.9):
        fading.train()
        fading.zero_grad()
        fading.set_progress(progress)
        fading(IMAGES)[-1].square().sum().backward()
        assert all(p.grad is not None for p in fading.parameters())
        beside = [parameter.grad.any() for name, parameter
                  in fading.named_parameters() if 'auxiliary' in name]
        assert all(beside) if progress < 0.5 else not any(beside)


def test_a_checkpoint_says_how_far_it_is(twins):
    _, fading, _ = twins
    fading.set_progress(0.25)
    state_dict = deepcopy(fading.state_dict())
    fading.eval()
    expected = fading(IMAGES)[-1]
    fading.set_progress(1)
    assert not torch.equal(fading(IMAGES)[-1], expected)
    fading.load_state_dict(state_dict, strict=True)
    assert torch.equal(fading(IMAGES)[-1], expected)


def test_a_network_that_is_only_tested_is_plain(twins):
    _, fading, plain = twins
    fading.eval(), plain.eval()
    plain.load_state_dict(fading.state_dict(), strict=True)
    assert torch.equal(fading(IMAGES)[-1], plain(IMAGES)[-1])
    fading.train()
    with pytest.raises(UsageError, match='rd_plugins.FadeHook'):
        fading(IMAGES)


def test_weights_are_half_a_cosine():
    fade = Fade(begin=0.2, horizon=0.6)
    quarter = (1 + math.sqrt(0.5)) / 2
    for progress, expected in ((0, 1), (0.2, 1), (0.3, quarter), (0.4, 0.5),
                               (0.6, 0), (1, 0)):
        assert fade.weight(progress) == pytest.approx(expected)
    assert fade.weight(0.6) == 0


@pytest.mark.parametrize('order, gone', [('first_to_last', [0, 0, .5, 1]),
                                         ('last_to_first', [1, .5, 0, 0])])
def test_block_after_block(order, gone):
    fade = Fade(horizon=0.8, order=order)
    found = [block.weight(0.5) for block in fade.blocks([1, 3])]
    assert found == pytest.approx(gone)


def weights_by_phase(order, progress):
    """Of all blocks; the stages have the thirds of the run as phases."""
    network = MODELS.build(dict(
        type='rd_plugins.CifarResNet', depth=20, shortcut='fading_pad',
        fade=dict(horizon=0.75, order=order, by='phase'), **SMALL))
    network.fade_in([(0, 1 / 3), (1 / 3, 2 / 3), (2 / 3, 1)])
    network.set_progress(progress)
    return [block.auxiliary.weight.item() for name in network.res_layers
            for block in getattr(network, name)]


@pytest.mark.parametrize('part, expected', [
    (0, [1, 1, 1]), (0.375, [0.5, 0.5, 0.5]), (0.75, [0, 0, 0])])
def test_each_stage_fades_in_its_phase(part, expected):
    found = weights_by_phase('together', (1 + part) / 3)
    assert found == pytest.approx([0] * 3 + expected + [1] * 3)


@pytest.mark.parametrize('part, expected', [
    (0.125, [0.5, 1, 1]), (0.375, [0, 0.5, 1]), (0.625, [0, 0, 0.5])])
def test_block_after_block_within_a_phase(part, expected):
    found = weights_by_phase('first_to_last', (1 + part) / 3)
    assert found == pytest.approx([0] * 3 + expected + [1] * 3, abs=1e-6)


@pytest.mark.parametrize('options, message', [
    (dict(shortcut='fading', fade=dict(end=0.1)), 'fade to 0.*Set end=0'),
    (dict(shortcut='fading', fade=dict(horizon=1)), 'horizon < 1'),
    (dict(shortcut='fading', fade=dict(begin=.5)), 'begin < horizon'),
    (dict(shortcut='fading', fade=dict(start=0)), 'start > 0'),
    (dict(shortcut='fading', fade=dict(order='random')), "order='random'"),
    (dict(shortcut='fading', fade=dict(by='stage')), "by='stage'"),
    (dict(shortcut='none', fade=dict()), 'leave fade out'),
    (dict(shortcut='fading', deploy=True), 'Deploy the trained weights'),
    (dict(shortcut='fading', zero_init_residual=True), 'zero_init_residual'),
])
def test_what_cannot_be_built(options, message):
    with pytest.raises(UsageError, match=message):
        MODELS.build(dict(type='rd_plugins.CifarResNet', depth=20, **options))


def test_it_compiles_whole(twins):
    """One graph with the shortcuts and one without, whatever the weight."""
    _, fading, _ = twins
    fading.train()
    graphs = []

    def count(graph, _):
        graphs.append(graph)
        return graph.forward

    torch._dynamo.reset()
    compiled = torch.compile(fading, backend=count, fullgraph=True)
    for progress in (0.1, 0.2, 0.3, 0.6, 0.7):
        fading.set_progress(progress)
        torch.testing.assert_close(compiled(IMAGES)[-1], fading(IMAGES)[-1])
    assert len(graphs) == 2


@pytest.mark.parametrize('weight', [0.0, 0.5, 1.0])
def test_a_loaded_weight_acts(weight):
    shortcut = FadingShortcut().eval()
    shortcut.load_state_dict(dict(weight=torch.tensor(weight)))
    assert shortcut.is_gone == (weight == 0)
    out, x = torch.randn(2, 1, 2, 3, 3)
    assert torch.equal(shortcut(out, x), out + weight * x)
