import pytest
import torch
from mmengine.runner.checkpoint import load_state_dict
from mmpretrain.models.backbones import ResNet, ResNet_CIFAR
from torch import nn

from rd_plugins.models import DiracConv2d, PlainResNet, PlainResNet_CIFAR
from rd_plugins.utils.errors import UsageError

PAIRS = [(PlainResNet, ResNet), (PlainResNet_CIFAR, ResNet_CIFAR)]


def randomize_norms(network):
    """Norms that do something: the defaults would hide a forgotten one."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias)
            nn.init.normal_(module.running_mean)
            nn.init.uniform_(module.running_var, 0.5, 1.5)


def reference(network, x, kept=()):
    """The forward pass of the definition, written without the blocks."""
    x = network.norm1(network.conv1(x)).relu()
    if hasattr(network, 'maxpool'):
        x = network.maxpool(x)
    for stage, name in enumerate(network.res_layers):
        for index, block in enumerate(getattr(network, name)):
            y = block.norm1(block.conv1(x)).relu()
            y = block.norm2(block.conv2(y))
            if hasattr(block, 'conv3'):
                y = block.norm3(block.conv3(y.relu()))
            if (stage, index) in kept:
                y = y + block.downsample(x)
            x = y.relu()
    return x


@pytest.mark.parametrize('plain, residual', PAIRS)
@pytest.mark.parametrize('depth', [18, 50])
@pytest.mark.parametrize('shortcut, kept', [
    ('none', ()),
    ('downsample', ((1, 0), (2, 0), (3, 0))),
])
def test_forward_is_the_definition(plain, residual, depth, shortcut, kept):
    network = plain(depth, shortcut=shortcut, base_channels=8, stem_channels=8)
    randomize_norms(network)
    network.double().eval()
    x = torch.randn(2, 3, 32, 32, dtype=torch.double)
    torch.testing.assert_close(network(x)[0], reference(network, x, kept))


@pytest.mark.parametrize('plain, residual', PAIRS)
@pytest.mark.parametrize('depth, blocks', [(18, 8), (34, 16), (50, 16),
                                           (101, 33), (152, 50)])
def test_weights_travel_from_the_residual_twin(plain, residual, depth, blocks,
                                               caplog):
    teacher = residual(depth, base_channels=4, stem_channels=4)
    student = plain(depth, base_channels=4, stem_channels=4)
    assert sum(len(getattr(student, name))
               for name in student.res_layers) == blocks
    dropped = set(teacher.state_dict()) - set(student.state_dict())
    assert all('.downsample.' in key for key in dropped)
    assert set(student.state_dict()) <= set(teacher.state_dict())
    student.load_state_dict(teacher.state_dict(), strict=True)
    load_state_dict(student, teacher.state_dict(), strict=True)
    assert not caplog.records
    for key, value in student.state_dict().items():
        assert torch.equal(value, teacher.state_dict()[key])


def test_only_projections_are_passed_over():
    state_dict = PlainResNet(18).state_dict()
    state_dict['layer1.0.other.weight'] = torch.ones(1)
    with pytest.raises(RuntimeError, match='layer1.0.other.weight'):
        PlainResNet(18).load_state_dict(state_dict)


@pytest.mark.parametrize('shortcut', ['none', 'downsample'])
@pytest.mark.parametrize('plain, depth', [(PlainResNet, 50),
                                          (PlainResNet_CIFAR, 18)])
def test_every_parameter_is_used(plain, depth, shortcut):
    network = plain(depth, shortcut=shortcut, base_channels=8, stem_channels=8)
    network.init_weights()
    network(torch.randn(2, 3, 64, 64))[0].sum().backward()
    unused = [
        name for name, parameter in network.named_parameters()
        if parameter.grad is None or not parameter.grad.abs().sum() > 0
    ]
    assert not unused


def test_downsample_keeps_three_projections():
    for depth in (18, 50):
        names = {
            name.split('.downsample')[0]
            for name in PlainResNet(depth, shortcut='downsample').state_dict()
            if 'downsample' in name
        }
        assert names == {'layer2.0', 'layer3.0', 'layer4.0'}


def test_parameter_counts():
    """Table 1.2 of the spec, heads taken off, projections added."""
    def count(network):
        return sum(p.numel() for p in network.parameters())

    assert count(ResNet(50)) + 2048 * 1000 + 1000 == 25_557_032
    projections = sum(64 * 4 * c_in + 2 * 256 for c_in in (64, )) + sum(
        c_in * c_out + 2 * c_out
        for c_in, c_out in ((256, 512), (512, 1024), (1024, 2048)))
    assert count(PlainResNet(50)) == count(ResNet(50)) - projections


def test_options_of_the_base_class():
    network = PlainResNet(
        18,
        base_channels=4,
        stem_channels=4,
        out_indices=(0, 2, 3),
        frozen_stages=1,
        norm_cfg=dict(type='GN', num_groups=2),
        strides=(1, 2, 1, 1),
        dilations=(1, 1, 2, 4))
    assert network.train() is network and network.eval() is network
    shapes = [tuple(x.shape) for x in network(torch.randn(1, 3, 64, 64))]
    assert shapes == [(1, 4, 16, 16), (1, 16, 8, 8), (1, 32, 8, 8)]
    assert not any(p.requires_grad for p in network.layer1.parameters())
    assert all(p.requires_grad for p in network.layer2.parameters())
    assert isinstance(network.layer1[0].norm1, nn.GroupNorm)


def test_norm_eval_and_deep_stem():
    network = PlainResNet(
        50, deep_stem=True, avg_down=True, norm_eval=True, base_channels=4)
    network.train()
    assert not network.layer4[0].norm1.training
    assert network.layer4[0].conv1.training
    assert network(torch.randn(1, 3, 32, 32))[0].shape == (1, 128, 1, 1)


@pytest.mark.parametrize('shortcut', ['none', 'downsample'])
def test_checkpointing_changes_no_gradient(shortcut):
    networks = [
        PlainResNet_CIFAR(
            50,
            shortcut=shortcut,
            base_channels=4,
            stem_channels=4,
            with_cp=with_cp).double() for with_cp in (False, True)
    ]
    networks[1].load_state_dict(networks[0].state_dict())
    x = torch.randn(2, 3, 16, 16, dtype=torch.double)
    calls = []
    for network in networks:
        network.layer2[0].conv1.register_forward_hook(
            lambda module, *_: calls.append(module))
        network(x)[0].square().sum().backward()
    assert [calls.count(each.layer2[0].conv1) for each in networks] == [1, 2]
    for ours, theirs in zip(*(n.parameters() for n in networks)):
        torch.testing.assert_close(ours.grad, theirs.grad)


def test_convolutions_of_another_kind():
    network = PlainResNet_CIFAR(18, conv_cfg=dict(type='rd_plugins.DiracConv2d'
                                                  ))
    assert isinstance(network.layer1[0].conv1, DiracConv2d)


@pytest.mark.parametrize('kwargs, message', [
    (dict(depth=20), 'depth=20; choose one of 18, 34, .*CifarResNet'),
    (dict(depth=18, shortcut='pad'), "shortcut='pad'; choose one of 'none'"),
    (dict(depth=18, zero_init_residual=True), 'zero_init_residual=True'),
    (dict(depth=18, drop_path_rate=0.05), 'Set drop_path_rate=0.0'),
    (dict(depth=18, drop_path_rate=[0.1] * 4), 'Set drop_path_rate=0.0'),
])
@pytest.mark.parametrize('plain', [PlainResNet, PlainResNet_CIFAR])
def test_what_cannot_be_built(plain, kwargs, message):
    with pytest.raises(UsageError, match=message):
        plain(**kwargs)
