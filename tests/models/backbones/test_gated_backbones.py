"""MMPretrain's residual networks with gates are those networks."""
from copy import deepcopy

import pytest
import torch
from mmpretrain.registry import MODELS
from torch import nn

from rd_plugins.models.layers.gate_states import UNTRAINED
from rd_plugins.models.stages import stages_of
from rd_plugins.utils.errors import UsageError

FAMILIES = {
    'ResNet': dict(depth=18, base_channels=8, stem_channels=8),
    'ResNet_CIFAR': dict(depth=18, base_channels=8, stem_channels=8),
    'ResNeXt': dict(depth=50, groups=4, width_per_group=4, base_channels=8,
                    stem_channels=8),
    'SEResNet': dict(depth=50, base_channels=8, stem_channels=8, se_ratio=4),
    'RegNet': dict(arch=dict(w0=8, wa=8.0, wm=2.0, group_w=8, depth=7,
                             bot_mul=1.0), base_channels=8, stem_channels=8),
    'MobileNetV2': dict(widen_factor=0.5),
    'ConvNeXt': dict(arch=dict(depths=[2, 2, 3, 2],
                               channels=[8, 16, 16, 24]),
                     layer_scale_init_value=0.5),
}
# Of 16 in ResNet-50, all; of 17 in MobileNetV2, those with a shortcut
COUNTS = dict(ResNet=8, ResNet_CIFAR=8, ResNeXt=16, SEResNet=16, RegNet=7,
              MobileNetV2=10, ConvNeXt=9)
# Where a branch ends: what is zero there makes the block its shortcut.
ENDS = dict(ResNet='bn2', ResNet_CIFAR='bn2', ResNeXt='bn3',
            SEResNet='se_layer', RegNet='bn3', MobileNetV2='conv',
            ConvNeXt='pointwise_conv2')
IMAGES = torch.randn(
    3, 3, 64, 64, generator=torch.Generator().manual_seed(0))
everywhere = pytest.mark.parametrize('family', FAMILIES)


def gated(family, **options):
    return MODELS.build(
        dict(type=f'rd_plugins.Gated{family}', **FAMILIES[family], **options))


def pair(family, **options):
    """A stock network with statistics of its own, and the same with gates."""
    stock = MODELS.build(dict(type=family, **FAMILIES[family]))
    for module in stock.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    network = gated(family, **options)
    missing, unexpected = network.load_state_dict(
        stock.state_dict(), strict=False)
    assert not unexpected
    assert all(key.startswith('gates.') for key in missing)
    stock.eval()
    network.eval()
    return stock, network


def silence(stock, family, names):
    """Let these branches end with zero."""
    for name in names:
        end = stock.get_submodule(name).get_submodule(ENDS[family])
        end.register_forward_hook(lambda _, __, output: output * 0)


@everywhere
def test_pretrained_weights_fit_and_open_gates_change_nothing(family):
    stock, network = pair(family)
    assert network.num_blocks == COUNTS[family]
    assert torch.equal(network(IMAGES)[-1], stock(IMAGES)[-1])
    stock.train()
    network.train()
    assert torch.equal(network(IMAGES)[-1], stock(IMAGES)[-1])
    assert network.gates.steps == 1 and (network.gates.peak > 0).all()


@everywhere
def test_closed_dead_and_removed_blocks_are_their_shortcut(family):
    """Every second one, also with a projection; in both modes."""
    stock, network = pair(family)
    chosen = list(range(0, network.num_blocks, 2))
    names = [network.blocks[index] for index in chosen]
    silence(stock, family, names)
    removed = gated(family, gate=False, removed_blocks=names)
    needed = removed.state_dict()
    weights = network.state_dict()
    removed.load_state_dict({key: weights[key] for key in needed})
    for mode in (False, True):  # which moves statistics
        twin, gone = deepcopy(network), deepcopy(removed)
        for each in (stock, twin, gone):
            each.train(mode)
        expected = stock(IMAGES)[-1]
        if mode:
            twin.gates.set_epsilon(1e9, chosen)
            torch.testing.assert_close(twin(IMAGES)[-1], expected)
            assert twin.gates.closed_steps.tolist() == [
                index in chosen for index in range(twin.num_blocks)]
        twin.gates.mark_dead(
            torch.tensor([name in names for name in twin.blocks]))
        assert twin.dead_blocks() == names
        ran = []
        for name in names:
            block = twin.get_submodule(name)
            for part in block.residual_names:
                block.get_submodule(part).register_forward_hook(
                    lambda *_: ran.append(name))
        torch.testing.assert_close(twin(IMAGES)[-1], expected)
        torch.testing.assert_close(gone(IMAGES)[-1], expected)
        assert not ran
    left = sum(each.numel() for each in twin.parameters())
    dead = sum(each.numel() for each in twin.dead_parameters())
    assert sum(each.numel() for each in removed.parameters()) == left - dead


@everywhere
def test_a_closed_block_has_zero_gradients(family):
    _, network = pair(family)
    network.train()
    network.gates.set_epsilon(1e9, [1])
    network(IMAGES)[-1].sum().backward()
    block = network.get_submodule(network.blocks[1])
    parameters = list(block.residual_parameters())
    assert parameters and not any(each.grad.any() for each in parameters)


@everywhere
def test_stages_in_a_row_are_the_network(family):
    """Where gates are counted once, too, and copies have their own."""
    _, network = pair(family)
    network.train()
    twin = deepcopy(network)
    assert twin.gates is not network.gates
    stages = stages_of(network)
    x = stages.stem(IMAGES)
    for index in range(len(stages)):
        x = stages.run(index, x)
    assert torch.equal(stages.output(x), twin(IMAGES)[-1])
    assert network.gates.steps == 1 == twin.gates.steps
    assert hasattr(network.get_submodule(network.default_side_block),
                   'out_channels')


def test_frozen_stages_are_open():
    """They respond to nothing that trains, and are never chosen."""
    network = gated('ResNet', frozen_stages=2, norm_eval=True, epsilon=1e9)
    network.train()
    network(IMAGES)
    assert network.gates.closed_steps.tolist() == [0] * 4 + [1] * 4
    assert network.gates.peak.isfinite().all()
    assert (network.gates.peak == UNTRAINED).tolist() == [True] * 4 + [
        False] * 4
    assert not network.layer1[0].training and network.layer3[0].training


def test_what_cannot_be_removed():
    with pytest.raises(UsageError, match="no block 'layer9.0' to remove; it "
                       'has 8, layer1.0 to layer4.1'):
        gated('ResNet', removed_blocks=['layer9.0'])


def test_a_network_from_scratch_is_open():
    """Although its branches begin at zero."""
    network = gated('ResNet')
    network.init_weights()
    network.train()
    network(IMAGES)
    assert not network.gates.peak[1] and not network.gates.closed_steps.any()
