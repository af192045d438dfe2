import pytest
import torch
import torch.nn.functional as F

from rd_plugins.models import EpsilonResNet, EpsilonResNet_CIFAR
from rd_plugins.utils.errors import UsageError

IMAGES = torch.randn(
    4, 3, 32, 32, generator=torch.Generator().manual_seed(0))


def small(depth=20, **kwargs):
    network = EpsilonResNet_CIFAR(depth, base_channels=4, **kwargs)
    network.init_weights()
    return network


def ready(network):
    """With batch statistics of its own, in eval mode."""
    for _ in range(3):
        network(torch.randn(8, 3, 32, 32))
    return network.eval()


def count(network):
    return sum(p.numel() for p in network.parameters())


def norm_relu(norm, x):
    return F.relu(norm(x))


def by_definition(network, images, gated=True):
    """The CIFAR network, block by block, after the paper's code."""
    x = norm_relu(network.norm1, network.conv1(images))
    for stage, name in enumerate(network.res_layers):
        layer = getattr(network, name)
        for index in range(len(network.blocks) // 3):
            block = layer[index]
            y = x if stage == index == 0 else norm_relu(block.norm1, x)
            y = block.conv2(norm_relu(block.norm2, block.conv1(y)))
            if gated and y.abs().max() <= network.gates.epsilon:
                y = torch.zeros_like(y)
            if y.shape != x.shape:
                extra = (y.shape[1] - x.shape[1]) // 2
                x = F.pad(
                    F.avg_pool2d(x, 2), (0, 0, 0, 0, extra, extra))
            x = x + y
    return norm_relu(layer.norm, x)


@pytest.mark.parametrize('gated', [True, False])
def test_cifar_network_is_the_definition(gated):
    network = ready(small(gate=gated, eval_gates='dynamic')).double()
    if gated:  # about half of the gates close
        network.set_epsilon(network.gates.peak.median())
    images = IMAGES.double()
    expected = by_definition(network, images, gated)
    torch.testing.assert_close(network(images)[0], expected)
    if gated:
        closed = by_definition(network, images, gated=False)
        assert not torch.allclose(expected, closed)


@pytest.mark.parametrize('depth', [110, 200, 302, 500, 752])
def test_cifar_depths(depth):
    """Parameters counted from the structure: stem, blocks, norms."""
    n = (depth - 2) // 6
    network = EpsilonResNet_CIFAR(depth, gate=False)
    convs = 3 * 16 * 9 + 9 * (
        2 * n * 16**2 + (2 * n - 1) * 32**2 + 16 * 32 +
        (2 * n - 1) * 64**2 + 32 * 64)
    norms = 2 * (16 + (2 * n - 1) * 16 + 16 + (2 * n - 1) * 32 + 32 +
                 (2 * n - 1) * 64 + 64)
    assert count(network) == convs + norms
    assert len(network.blocks) == 3 * n
    # after block n // 2 of stage 2, counted from 0
    assert network.default_side_block == f'layer2.{n // 2}'


@pytest.mark.parametrize('depth, middle', [
    (18, 'layer2.1'), (34, 'layer3.0'), (50, 'layer3.0'), (101, 'layer3.8'),
    (152, 'layer3.13')
])
def test_imagenet_depths(depth, middle):
    network = EpsilonResNet(depth, base_channels=8, out_indices=(0, 1, 2, 3))
    assert network.default_side_block == middle
    expansion = 1 if depth < 50 else 4
    convs = [
        name for name, module in network.named_modules()
        if isinstance(module, torch.nn.Conv2d)
    ]
    projections = [name for name in convs if 'shortcut' in name]
    assert len(projections) == (3 if expansion == 1 else 4)
    assert len(convs) == depth - 1 + len(projections)
    network.eval()
    with torch.no_grad():
        outputs = network(torch.randn(1, 3, 64, 64))
    assert [tuple(x.shape[1:]) for x in outputs] == [
        (8 * expansion * 2**stage, 16 // 2**stage, 16 // 2**stage)
        for stage in range(4)
    ]


@pytest.mark.parametrize('depth', [18, 50])
def test_imagenet_network_is_the_definition(depth):
    network = EpsilonResNet(depth, base_channels=8, gate=False)
    network.init_weights()
    network = ready(network).double()
    images = torch.randn(2, 3, 64, 64, dtype=torch.double)
    x = norm_relu(network.norm1, network.conv1(images))
    x = F.max_pool2d(x, 3, 2, 1)
    for stage, name in enumerate(network.res_layers):
        layer = getattr(network, name)
        for index in range(EpsilonResNet.arch_settings[depth][1][stage]):
            block = layer[index]
            first = index == 0
            y = x if stage == 0 and first else norm_relu(block.norm1, x)
            if first:
                x = y  # one pre-activation for both ways
                if stage or depth == 50:
                    x = block.shortcut(y)
            y = block.conv2(norm_relu(block.norm2, block.conv1(y)))
            if depth == 50:
                y = block.conv3(norm_relu(block.norm3, y))
            x = x + y
    torch.testing.assert_close(network(images)[0], norm_relu(layer.norm, x))


def test_initialisation():
    """He, fan-out; norms are 1 and 0."""
    network = EpsilonResNet_CIFAR(20)
    network.init_weights()
    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            fan_out = module.out_channels * 9
            expected = (2 / fan_out)**0.5
            found = module.weight.std().item()
            assert found == pytest.approx(expected, rel=0.15)
        elif isinstance(module, torch.nn.BatchNorm2d):
            assert (module.weight == 1).all() and not module.bias.any()


def test_every_parameter_is_used_and_closed_blocks_have_zero_gradients():
    network = small(epsilon=0.0)
    network(IMAGES)[0].sum().backward()
    assert all(p.grad.abs().sum() > 0 for p in network.parameters()
               if p is not network.layer3.norm.bias)
    network = small(epsilon=1e3)
    network(IMAGES)[0].sum().backward()
    gradients = {name: p.grad for name, p in network.named_parameters()}
    assert all(gradient is not None for gradient in gradients.values())
    assert not any(g.any() for name, g in gradients.items()
                   if name.startswith('layer') and 'layer3.norm' not in name)
    assert gradients['conv1.weight'].any()


@pytest.mark.parametrize('build', [
    lambda: small(epsilon=4.2),
    lambda: EpsilonResNet(18, base_channels=4, epsilon=3.0)
])
def test_compiles_without_graph_break(build):
    network = build()
    compiled = torch.compile(network, fullgraph=True, backend='eager')
    twin = build()
    twin.load_state_dict(network.state_dict())
    images = torch.randn(2, 3, 32, 32)
    for _ in range(2):
        assert torch.equal(compiled(images)[0], twin(images)[0])
    assert torch.equal(network.gates.peak, twin.gates.peak)
    assert network.gates.steps == 2
    report = torch._dynamo.explain(network)(images)
    assert report.graph_break_count == 0


def close(network, *indices):
    """As if these blocks had been closed for 300 steps."""
    for index in indices:
        network.gates.closed_average[index] = 1
        network.gates.closed_steps[index] = 300
    network.train(network.training)


def test_evaluation_does_not_depend_on_the_batch():
    network = ready(small(epsilon=4.5))
    close(network, 1, 4)
    images = torch.randn(128, 3, 32, 32) * torch.linspace(
        0.1, 3, 128)[:, None, None, None]

    def in_batches(size):
        with torch.no_grad():
            return torch.cat([network(x)[0] for x in images.split(size)])

    whole = in_batches(128)
    for size in (1, 7):
        torch.testing.assert_close(
            in_batches(size), whole, atol=1e-5, rtol=1e-5)
        assert torch.equal(in_batches(size).mean((2, 3)).argmax(1),
                           whole.mean((2, 3)).argmax(1))
    network.gates.eval_gates = 'dynamic'
    network.eval()
    assert (in_batches(1) - in_batches(128)).abs().max() > 0.1


@pytest.mark.parametrize('build, indices', [
    (small, (0, 3, 4)),
    (lambda: EpsilonResNet(18, 0, base_channels=4), (0, 2, 5)),
    (lambda: EpsilonResNet(50, 0, base_channels=4), (0, 3, 15)),
])
def test_closed_and_dead_blocks_are_their_shortcut(build, indices):
    """Stage-first blocks keep pooling, projection, shared norm."""
    network = ready(build())
    names = [network.blocks[index] for index in indices]
    expected = build()
    expected.load_state_dict(network.state_dict())
    for name in names:  # a residual that is zero
        block = expected.get_submodule(name)
        torch.nn.init.zeros_(
            getattr(block, f'conv{block.num_convs}').weight)
    expected = expected.eval()(IMAGES)[0]
    close(network, *indices)
    assert network.closed_blocks() == names and not network.dead_blocks()
    torch.testing.assert_close(network(IMAGES)[0], expected)
    network.gates.mark_dead(network.gates.closed())
    assert network.dead_blocks() == network.closed_blocks() == names
    torch.testing.assert_close(network(IMAGES)[0], expected)
    ran = []
    for name in names:
        block = network.get_submodule(name)
        for module in map(block.get_submodule, block.residual_names):
            module.register_forward_hook(lambda *_: ran.append(name))
    network(IMAGES)
    network.train()(IMAGES)
    assert not ran


def test_dead_blocks_survive_a_checkpoint():
    network = small()
    network.gates.mark_dead(torch.arange(9) == 4)
    for mode in (True, False):
        other = small().train(mode)
        other.load_state_dict(network.state_dict(), strict=True)
        assert other.dead_blocks() == ['layer2.1']
        assert other.layer2[1].gate.skipped


def test_without_gates():
    network = small(gate=False)
    assert network.dead_blocks() == network.closed_blocks() == []
    assert not any('gate' in key for key in network.state_dict())
    network.set_epsilon(1)
    weights = small().state_dict()
    missing = network.load_state_dict(weights, strict=False).missing_keys
    assert not missing


def test_export_has_no_gates():
    network = ready(small(epsilon=0))
    close(network, 1)
    network.gates.mark_dead(torch.arange(9) == 4)
    traced = torch.jit.trace(network, IMAGES)
    operators = {
        node.kind() for node in traced.inlined_graph.nodes()
        if node.kind().startswith('aten')
    }
    assert not operators & {
        'aten::where', 'aten::amax', 'aten::amin', 'aten::maximum',
        'aten::linalg_vector_norm'}
    assert str(traced.inlined_graph).count('aten::_convolution') == 1 + 2 * 7


@pytest.mark.parametrize('kwargs, message', [
    (dict(depth=18), 'depth=18; it is 6n.2.*rd_plugins.EpsilonResNet'),
    (dict(depth=20, epsilon=-1), 'epsilon=-1'),
    (dict(depth=20, eval_gates='open'), "eval_gates='open'; choose one of"),
    (dict(depth=20, gate_scope='all'), "gate_scope='all'"),
    (dict(depth=20, out_indices=(3, )), 'out_indices entry=3'),
])
def test_what_cannot_be_built(kwargs, message):
    with pytest.raises(UsageError, match=message):
        EpsilonResNet_CIFAR(**kwargs)


def test_unknown_imagenet_depth():
    with pytest.raises(UsageError, match='depth=20; choose one of 18, 34'):
        EpsilonResNet(20)


def test_it_is_built_without_numbers():
    """And takes them from a checkpoint, dead blocks included."""
    trained = small()
    trained.gates.mark_dead(torch.arange(9) == 4)
    with torch.device('meta'):
        network = EpsilonResNet_CIFAR(20, base_channels=4)
    network.to_empty(device='cpu')
    network.load_state_dict(trained.state_dict())
    assert network.gates.skipped == trained.gates.skipped
    assert network.dead_blocks() == ['layer2.1']


def test_frozen_stages_stay_as_they_are_and_open():
    """Stem and first stage; norms of the others in eval mode only."""
    network = small(epsilon=1e9, frozen_stages=1, norm_eval=True)
    network.train()(IMAGES)
    frozen = [network.conv1, network.norm1, network.layer1]
    assert not any(p.requires_grad for each in frozen
                   for p in each.parameters())
    assert not any(m.training for each in frozen for m in each.modules())
    assert network.layer2.training and network.layer2[0].conv1.training
    assert all(p.requires_grad for p in network.layer2.parameters())
    assert not any(module.training for module in network.modules()
                   if isinstance(module, torch.nn.BatchNorm2d))
    assert network.gates.closed_steps.tolist() == [0] * 3 + [1] * 6
    network.train()(IMAGES)
    assert network.gates.closed_steps.tolist() == [0] * 3 + [2] * 6
    with pytest.raises(UsageError, match='frozen_stages=4'):
        small(frozen_stages=4)


def test_the_stem_alone_may_be_frozen():
    network = EpsilonResNet_CIFAR(20, frozen_stages=0).train()
    assert not network.conv1.weight.requires_grad
    assert network.layer1[0].conv1.weight.requires_grad
