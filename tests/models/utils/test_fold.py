from copy import deepcopy

import pytest
import torch
from mmcv.cnn import ConvModule
from mmpretrain.registry import MODELS
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from rd_plugins.models import CifarResNet, DiracConv2d
from rd_plugins.models.utils import fold_conv_norm, fold_norms, folded_copy
from rd_plugins.shipping.verify import outputs_differ_by
from rd_plugins.utils.errors import UsageError
from tests.helpers.models import classifier_cfg
from tests.models.backbones.test_plain_resnet import randomize_norms

NARROW = dict(base_channels=8, stem_channels=8)
DIRAC = dict(block_conv_cfg=dict(type='rd_plugins.DiracConv2d'))
OURS = [
    dict(type='rd_plugins.PlainResNet', depth=18, **NARROW),
    dict(type='rd_plugins.PlainResNet', depth=50, **NARROW),
    dict(type='rd_plugins.PlainResNet', depth=50, shortcut='downsample',
         deep_stem=True, avg_down=True, **NARROW),
    dict(type='rd_plugins.PlainResNet_CIFAR', depth=34, **NARROW, **DIRAC),
    dict(type='rd_plugins.CifarResNet', depth=20, shortcut='none', **DIRAC),
    dict(type='rd_plugins.CifarResNet', depth=20, shortcut='pad'),
    dict(type='rd_plugins.CifarResNet', depth=20, shortcut='projection'),
]
RESIDUAL = [
    dict(type='ResNet', depth=50, **NARROW),
    dict(type='ResNetV1c', depth=50, base_channels=8),
    dict(type='ResNetV1d', depth=50, base_channels=8),
    dict(type='ResNet_CIFAR', depth=18, **NARROW),
    dict(type='ResNeXt', depth=50, groups=2, **NARROW),
    dict(type='SEResNet', depth=50, se_ratio=4, **NARROW),
    dict(type='SEResNeXt', depth=50, groups=2, se_ratio=4, **NARROW),
    dict(type='ResNeSt', depth=50, base_channels=8),
    dict(type='Res2Net', depth=50, base_channels=16),
    dict(type='Res2Net', depth=50, base_channels=16, deep_stem=True,
         avg_down=True),
    dict(type='RegNet', arch=dict(w0=8, wa=8.0, wm=2.0, group_w=8,
                                  depth=8, bot_mul=1.0)),
]
OTHERS = [
    dict(type='VGG', depth=11, norm_cfg=dict(type='BN')),
    dict(type='MobileNetV2', widen_factor=0.25),
    dict(type='MobileNetV3', arch='small_050'),
    dict(type='RepVGG', arch='A0'),
    dict(type='HRNet', arch='w18'),
]


def describe(cfg):
    return '-'.join(
        str(value) for key, value in cfg.items()
        if not key.endswith('channels') and key != 'block_conv_cfg')


def build(cfg):
    """A network in which every norm and every factor does something."""
    network = MODELS.build(cfg)
    randomize_norms(network)
    for module in network.modules():
        if isinstance(module, DiracConv2d):
            nn.init.normal_(module.alpha)
            nn.init.normal_(module.beta)
    network.double().eval()
    return network


def leftovers(network):
    return [
        module for module in network.modules()
        if isinstance(module, (_BatchNorm, DiracConv2d))
    ]


@pytest.mark.parametrize('cfg', OURS + RESIDUAL + OTHERS, ids=describe)
def test_folding_is_exact_and_complete(cfg):
    network = build(cfg)
    before = deepcopy(network.state_dict())
    folded = folded_copy(network)
    images = torch.randn(2, 3, 64, 64).double()
    assert outputs_differ_by(network, folded, images) < 1e-12
    assert not leftovers(folded) and leftovers(network)
    after = network.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(after[key], before[key]) for key in after)


@pytest.mark.parametrize('cfg', OURS, ids=describe)
def test_deploy_builds_what_switching_makes(cfg):
    network = build(cfg)
    network.switch_to_deploy()
    weights = deepcopy(network.state_dict())
    network.switch_to_deploy()
    assert all(
        torch.equal(value, weights[key])
        for key, value in network.state_dict().items())
    deployed = MODELS.build(dict(cfg, deploy=True)).double().eval()
    assert deployed.deploy and network.deploy and not leftovers(deployed)
    deployed.load_state_dict(weights, strict=True)
    images = torch.randn(1, 3, 32, 32).double()
    assert torch.equal(deployed(images)[0], network(images)[0])
    deployed.init_weights()
    deployed.train()(images)[0].sum().backward()
    assert all(p.grad is not None for p in deployed.parameters())


def test_what_mmdeploy_and_mmpretrain_look_for():
    """The classifier's backbone switches; the head is left alone."""
    model = MODELS.build(classifier_cfg('projection')).eval()
    images = torch.randn(2, 3, 32, 32)
    expected = model(images)
    model.backbone.switch_to_deploy()
    torch.testing.assert_close(model(images), expected)


def test_norms_before_convolutions_say_which_pairs_fold():
    """By declaration alone, conv1 would swallow the wrong norm."""

    class PreActivation(nn.Module):
        conv_norm_pairs = (('conv1', 'norm2'), )

        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(4, 4, 3, padding=1)
            self.norm1 = nn.BatchNorm2d(4)
            self.conv2 = nn.Conv2d(4, 4, 3, padding=1)
            self.norm2 = nn.BatchNorm2d(4)

        def forward(self, x):
            out = self.conv1(self.norm1(x).relu())
            return x + self.conv2(self.norm2(out).relu())

    network = PreActivation().double().eval()
    randomize_norms(network)
    folded = deepcopy(network)
    fold_norms(folded)
    assert isinstance(folded.norm2, nn.Identity)
    assert isinstance(folded.norm1, nn.BatchNorm2d)
    images = torch.randn(2, 4, 8, 8).double()
    assert outputs_differ_by(network, folded, images) < 1e-12


def test_a_norm_that_follows_no_convolution_stays():
    network = nn.Sequential(
        ConvModule(4, 4, 1, norm_cfg=dict(type='BN'),
                   order=('norm', 'act', 'conv')),
        nn.Conv2d(4, 4, 1), nn.ReLU(), nn.BatchNorm2d(4)).double().eval()
    randomize_norms(network)
    folded = folded_copy(network)
    assert leftovers(folded) == [folded[0].bn, folded[3]]
    images = torch.randn(2, 4, 8, 8).double()
    assert outputs_differ_by(network, folded, images) == 0


class NormWithActivation(nn.BatchNorm2d):
    """As timm's ``BatchNormAct2d``."""

    def __init__(self, channels):
        super().__init__(channels)
        self.act = nn.ReLU()

    def forward(self, x):
        return self.act(super().forward(x))


def test_a_norm_with_an_activation_stays():
    network = nn.Sequential(nn.Conv2d(3, 4, 3), NormWithActivation(4)).eval()
    images = torch.randn(2, 3, 8, 8)
    before = network(images)
    fold_norms(network)
    assert torch.equal(network(images), before)


def test_weights_that_are_standardised_are_refused():
    cfg = dict(type='ResNet', depth=18, conv_cfg=dict(type='ConvWS'), **NARROW)
    with pytest.raises(UsageError, match='ConvWS2d'):
        folded_copy(MODELS.build(cfg))


@pytest.mark.parametrize('norm', [
    nn.GroupNorm(2, 4),
    nn.BatchNorm2d(4, track_running_stats=False),
], ids=['group', 'batch'])
def test_norms_that_look_at_the_batch_are_refused(norm):
    with pytest.raises(UsageError, match='cannot be folded'):
        fold_conv_norm(nn.Conv2d(3, 4, 1), norm)
    with pytest.raises(UsageError, match='GroupNorm'):
        folded_copy(CifarResNet(20, norm_cfg=dict(type='GN', num_groups=2)))


def test_single_precision_is_rounded_once():
    conv, norm = nn.Conv2d(16, 16, 3), nn.BatchNorm2d(16).eval()
    nn.init.normal_(norm.weight)
    norm.running_mean.normal_()
    norm.running_var.uniform_(0.1, 3)
    scale = norm.weight.double() / (
        norm.running_var.double() + norm.eps).sqrt()
    expected = (conv.weight.double() * scale.view(-1, 1, 1, 1)).float()
    assert torch.equal(fold_conv_norm(conv, norm).weight, expected)
