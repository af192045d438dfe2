import pytest
import torch
from mmpretrain.registry import MODELS
from torch import nn

from rd_plugins.models import CifarResNet, DiracConv2d, PlainResNet, fold_dirac

SHAPES = [
    dict(in_channels=4, out_channels=8, kernel_size=3, padding=1, stride=2),
    dict(in_channels=8, out_channels=4, kernel_size=1),
    dict(in_channels=6, out_channels=6, kernel_size=3, padding=2, dilation=2,
         groups=3, bias=True),
]


def dirac(**kwargs):
    """With factors that differ from channel to channel."""
    conv = DiracConv2d(**kwargs).double()
    nn.init.normal_(conv.alpha)
    nn.init.normal_(conv.beta)
    return conv


def test_whole_numbers_are_factors_too():
    conv = DiracConv2d(2, 2, 1, alpha=1, beta=0)
    x = torch.randn(1, 2, 3, 3)
    assert conv(x).equal(x + conv.bias.view(-1, 1, 1))


def test_groups_have_their_own_identity():
    conv = dirac(**SHAPES[2])
    x = torch.randn(2, 6, 9, 9).double()
    plain = nn.functional.conv2d(x, conv.weight, None, 1, 2, 2, 3)
    expected = (conv.alpha.view(-1, 1, 1) * x +
                conv.beta.view(-1, 1, 1) * plain + conv.bias.view(-1, 1, 1))
    torch.testing.assert_close(conv(x), expected)


@pytest.mark.parametrize('shape', SHAPES[:2])
def test_it_is_the_scaled_input_plus_the_scaled_convolution(shape):
    conv = dirac(**shape, bias=False)
    x = torch.randn(2, shape['in_channels'], 7, 7).double()
    plain = nn.functional.conv2d(x, conv.weight, None, conv.stride,
                                 conv.padding)
    identity = torch.zeros_like(plain)
    channels = min(conv.in_channels, conv.out_channels)
    step = conv.stride[0]
    identity[:, :channels] = x[:, :channels, ::step, ::step]
    expected = (conv.alpha.view(-1, 1, 1) * identity +
                conv.beta.view(-1, 1, 1) * plain)
    torch.testing.assert_close(conv(x), expected)


@pytest.mark.parametrize('shape', SHAPES)
def test_fold_is_exact(shape):
    conv = dirac(**shape)
    x = torch.randn(2, shape['in_channels'], 9, 9).double()
    folded = conv.fold()
    assert type(folded) is nn.Conv2d
    assert torch.equal(folded(x), conv(x))


def test_start():
    conv = DiracConv2d(3, 3, 3, padding=1)
    assert conv.alpha.tolist() == [1.0] * 3
    assert conv.beta.tolist() == pytest.approx([0.1] * 3)
    assert set(conv.state_dict()) == {'weight', 'bias', 'alpha', 'beta'}


@pytest.mark.parametrize('network', [
    dict(type='rd_plugins.PlainResNet', depth=50, base_channels=8),
    dict(type='rd_plugins.CifarResNet', depth=20, shortcut='none'),
])
def test_trained_network_folds_to_the_plain_one(network):
    """After some steps; in float64 the outputs agree to 1e-6 and better."""
    plain = MODELS.build(network)
    model = MODELS.build(
        dict(network, block_conv_cfg=dict(type='rd_plugins.DiracConv2d')))
    model.init_weights()
    model.double()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    for _ in range(3):
        optimizer.zero_grad()
        model(torch.randn(4, 3, 32, 32).double())[0].square().mean().backward()
        optimizer.step()
    model.eval()
    folded = fold_dirac(model)
    x = torch.randn(2, 3, 32, 32).double()
    torch.testing.assert_close(folded(x), model(x), rtol=1e-6, atol=1e-12)
    plain.load_state_dict(folded.state_dict(), strict=True)
    assert any(isinstance(m, DiracConv2d) for m in model.modules())


def test_the_stem_stays_ordinary():
    cfg = dict(type='rd_plugins.DiracConv2d')
    for network in (PlainResNet(18, block_conv_cfg=cfg),
                    CifarResNet(20, shortcut='none', block_conv_cfg=cfg)):
        assert type(network.conv1) is nn.Conv2d
        assert isinstance(network.layer1[0].conv1, DiracConv2d)
