import pytest
import torch
import torch.nn.functional as F

from rd_plugins.models import CifarResNet, DiracConv2d
from rd_plugins.utils.errors import UsageError

# Parameters of the published option-A networks without their 650 in the head
# (README of akamaster/pytorch_resnet_cifar10 rounds the sums to 0.27M ...).
PUBLISHED = {
    20: 269_722,
    32: 464_154,
    44: 658_586,
    56: 853_018,
    110: 1_727_962
}


def count(network):
    return sum(p.numel() for p in network.parameters())


@pytest.mark.parametrize('depth', PUBLISHED)
def test_sizes(depth):
    pad, none, projection = (
        CifarResNet(depth, shortcut=shortcut)
        for shortcut in ('pad', 'none', 'projection'))
    assert count(pad) + 650 == PUBLISHED[depth]
    assert count(none) == count(pad)
    extra = 16 * 32 + 2 * 32 + 32 * 64 + 2 * 64
    assert count(projection) == count(pad) + extra


def test_stages():
    network = CifarResNet(20, out_indices=(0, 1, 2))
    shapes = [tuple(x.shape) for x in network(torch.randn(2, 3, 32, 32))]
    assert shapes == [(2, 16, 32, 32), (2, 32, 16, 16), (2, 64, 8, 8)]
    assert network.train() is network


def test_pad_network_is_the_definition():
    network = CifarResNet(20, shortcut='pad').eval().double()
    x = images = torch.randn(2, 3, 32, 32, dtype=torch.double)
    x = network.norm1(network.conv1(x)).relu()
    for name in network.res_layers:
        for block in getattr(network, name):
            y = block.norm2(block.conv2(block.norm1(block.conv1(x)).relu()))
            if y.shape != x.shape:
                extra = (y.shape[1] - x.shape[1]) // 2
                x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, extra, extra))
            x = (y + x).relu()
    torch.testing.assert_close(network(images)[0], x)


@pytest.mark.parametrize('shortcut', ['pad', 'projection'])
def test_weights_travel_to_the_plain_twin(shortcut):
    teacher = CifarResNet(20, shortcut=shortcut)
    student = CifarResNet(20, shortcut='none')
    student.load_state_dict(teacher.state_dict(), strict=True)
    for key, value in student.state_dict().items():
        assert torch.equal(value, teacher.state_dict()[key])


def test_every_parameter_is_used():
    for shortcut in CifarResNet.blocks:
        network = CifarResNet(
            20, shortcut=shortcut, deploy=shortcut == 'merged')
        network.init_weights()
        if network.fade:
            network.set_progress(0.1)
        network(torch.randn(2, 3, 32, 32))[0].sum().backward()
        assert all(p.grad.abs().sum() > 0 for p in network.parameters())


@pytest.mark.parametrize('kwargs, message', [
    (dict(depth=18), 'depth=18; choose one of 8, 20, 32.*PlainResNet_CIFAR'),
    (dict(depth=20, shortcut='downsample'), "shortcut='downsample'"),
    (dict(depth=20, shortcut='none', zero_init_residual=True), 'zero_init'),
    (dict(depth=20, shortcut='none', drop_path_rate=0.1), 'drop_path_rate'),
])
def test_what_cannot_be_built(kwargs, message):
    with pytest.raises(UsageError, match=message):
        CifarResNet(**kwargs)


def test_shortcut_options_are_passed_on():
    network = CifarResNet(20, zero_init_residual=True, drop_path_rate=0.1)
    network.init_weights()
    assert not network.layer1[0].norm2.weight.any()
    assert network.layer3[-1].drop_path.drop_prob > 0


def test_convolutions_of_another_kind():
    network = CifarResNet(20, shortcut='none', conv_cfg=dict(
        type='rd_plugins.DiracConv2d'))
    assert isinstance(network.layer1[0].conv1, DiracConv2d)
