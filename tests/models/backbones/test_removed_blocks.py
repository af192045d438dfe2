"""ε-ResNets without their closed blocks are the same networks."""
import pytest
import torch
from torch import nn

from rd_plugins.models import EpsilonResNet
from rd_plugins.models.backbones.pre_act_block import PreActBlock
from rd_plugins.utils.errors import UsageError
from tests.models.backbones.test_epsilon_resnet import close, count, small
from tests.models.backbones.test_plain_resnet import randomize_norms

IMAGES = torch.randn(
    2, 3, 64, 64, generator=torch.Generator().manual_seed(0)).double()


def imagenet(depth):

    def build(**kwargs):
        network = EpsilonResNet(depth, base_channels=4, **kwargs)
        network.init_weights()
        return network

    return build


BUILDERS = [small, imagenet(18), imagenet(50)]
IDS = ['cifar', 'basic', 'bottleneck']
CLOSED = {
    'none': [],
    'middle': ['layer2.1', 'layer3.1'],
    'first of a stage': ['layer2.0', 'layer3.0'],
    'first of all': ['layer1.0'],
    'a stage': ['layer2.0', 'layer2.1', 'layer2.2', 'layer2.3'],
    'first stage': ['layer1.0', 'layer1.1', 'layer1.2'],
    'last stage': ['layer3.0', 'layer3.1', 'layer3.2', 'layer4.0',
                   'layer4.1', 'layer4.2'],
    'all': None,
}


def frozen_and_removed(build, closed, **kwargs):
    """A network with these gates closed, and one without these blocks."""
    frozen = build(epsilon=0.0)
    if closed is None:
        closed = frozen.blocks
    closed = [name for name in frozen.blocks if name in closed]
    randomize_norms(frozen)
    frozen.double().eval()
    close(frozen, *map(frozen.blocks.index, closed))
    assert frozen.closed_blocks() == closed
    removed = build(gate=False, removed_blocks=closed, **kwargs)
    weights = frozen.state_dict()
    removed.load_state_dict(
        {key: weights[key] for key in removed.state_dict()}, strict=True)
    return frozen, removed.double().eval()


@pytest.mark.parametrize('closed', CLOSED.values(), ids=CLOSED)
@pytest.mark.parametrize('build', BUILDERS, ids=IDS)
def test_same_function(build, closed):
    frozen, removed = frozen_and_removed(build, closed)
    expected, found = frozen(IMAGES)[0], removed(IMAGES)[0]
    assert (expected - found).abs().max() <= 1e-12 * expected.abs().max()
    gone = [frozen.get_submodule(name) for name in frozen.closed_blocks()]
    weights = sum(count(module) for block in gone
                  for module in map(block.get_submodule,
                                    block.residual_names))
    assert count(removed) == count(frozen) - weights
    assert removed.blocks == [name for name in frozen.blocks
                              if name not in frozen.closed_blocks()]
    assert not hasattr(removed.gates, 'dead')


@pytest.mark.parametrize('closed', CLOSED.values(), ids=CLOSED)
@pytest.mark.parametrize('build', BUILDERS, ids=IDS)
def test_folded_is_the_same_function(build, closed):
    frozen, removed = frozen_and_removed(build, closed)
    removed.switch_to_deploy()
    expected, found = frozen(IMAGES)[0], removed(IMAGES)[0]
    assert (expected - found).abs().max() <= 1e-12 * expected.abs().max()
    # Left: one norm where a block or its shortcut begins, and the last.
    norms = [name for name, module in removed.named_modules()
             if isinstance(module, nn.BatchNorm2d)]
    leading = [
        name for name, module in removed.named_modules()
        if isinstance(module, PreActBlock) and (
            module.pre_activation == 'both' or
            module.pre_activation == 'residual' and name in removed.blocks)
    ]
    assert norms == [f'{name}.norm1' for name in leading] + [
        f'{removed.res_layers[-1]}.norm']
    again = build(gate=False, removed_blocks=frozen.closed_blocks(),
                  deploy=True).double().eval()
    again.load_state_dict(removed.state_dict(), strict=True)
    assert torch.equal(again(IMAGES)[0], found)


def test_a_gated_network_folds():
    frozen, _ = frozen_and_removed(small, ['layer2.1'])
    expected = frozen(IMAGES)[0]
    frozen.switch_to_deploy()
    torch.testing.assert_close(frozen(IMAGES)[0], expected)


def test_what_is_left_trains_on_with_gates():
    network = small(epsilon=0.0, removed_blocks=['layer1.0', 'layer2.0'])
    assert len(network.blocks) == network.num_blocks == 7
    assert network.gates.dead.shape == (7, )
    network(IMAGES.float())
    close(network.eval(), 2)
    assert network.closed_blocks() == ['layer2.1']
    assert [name for name, _ in network.layer2.named_children()
            ] == ['0', '1', '2']


@pytest.mark.parametrize('name', ['layer2.3', 'layer0.1', 'norm'])
def test_only_blocks_are_removed(name):
    with pytest.raises(UsageError,
                       match=f'no block {name!r} to remove; it has 9, '
                       'layer1.0 to layer3.2'):
        small(removed_blocks=[name])
