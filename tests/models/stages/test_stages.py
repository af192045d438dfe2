"""Stages in a row are the backbone, whatever its family."""
import pytest
import torch
from mmpretrain.registry import MODELS
from torch import nn

from rd_plugins.models import (CifarResNet, EpsilonResNet_CIFAR, PlainResNet,
                               PlainResNet_CIFAR)
from rd_plugins.models.distillers.first_batch import stage_outputs
from rd_plugins.models.objectives import NetworkPass
from rd_plugins.models.stages import ResNetStages, Stages, adapts, stages_of
from rd_plugins.utils.errors import UsageError

SMALL = dict(base_channels=8, stem_channels=8)
FAMILIES = dict(
    ResNet=(4, dict(depth=18, **SMALL)),
    ResNetV1d=(4, dict(depth=50, **SMALL)),
    ResNet_CIFAR=(4, dict(depth=18, **SMALL)),
    ResNeXt=(4, dict(depth=50, groups=4, width_per_group=4)),
    SEResNet=(4, dict(depth=50, se_ratio=4, **SMALL)),
    ResNeSt=(4, dict(depth=50, **SMALL)),
    Res2Net=(4, dict(depth=50, scales=4, base_width=8)),
    RegNet=(4, dict(arch='regnetx_400mf')),
    RepVGG=(4, dict(arch='A0')),
    VGG=(5, dict(depth=11, norm_cfg=dict(type='BN'))),
    MobileNetV2=(8, dict(widen_factor=0.25)),
    MobileNetV3=(12, dict(arch='small')),
    ConvNeXt=(4, dict(arch=dict(depths=[1, 1, 2, 1],
                                channels=[8, 16, 24, 32]))))


@pytest.mark.parametrize('family', FAMILIES)
def test_stages_in_a_row_are_the_backbone(family):
    count, options = FAMILIES[family]
    backbone = MODELS.build(dict(type=family, **options))
    backbone.eval()
    stages, images = stages_of(backbone), torch.randn(2, 3, 64, 64)
    outputs = stage_outputs(stages, images)
    assert len(outputs) == count
    torch.testing.assert_close(stages.output(outputs[-1]),
                               backbone(images)[-1])


@pytest.mark.parametrize('gap', [True, False])
def test_convnext_puts_out_its_norm(gap):
    options = dict(FAMILIES['ConvNeXt'][1], gap_before_final_norm=gap)
    backbone = MODELS.build(dict(type='ConvNeXt', **options))
    backbone.eval()
    stage_outputs(stages_of(backbone), torch.randn(2, 3, 64, 64))


def test_timm_networks():
    pytest.importorskip('timm')
    backbone = MODELS.build(
        dict(type='TIMMBackbone', model_name='resnet18', features_only=True))
    backbone.eval()
    outputs = stage_outputs(stages_of(backbone), torch.randn(1, 3, 64, 64))
    assert [x.shape[1] for x in outputs] == [64, 64, 128, 256, 512]
    whole = MODELS.build(dict(type='TIMMBackbone', model_name='resnet18'))
    with pytest.raises(UsageError, match='features_only=True'):
        len(stages_of(whole))


def test_a_vgg_that_classifies_by_itself_is_refused():
    backbone = MODELS.build(dict(type='VGG', depth=11, num_classes=10))
    with pytest.raises(UsageError, match='leave num_classes out'):
        len(stages_of(backbone))


def test_unknown_families_are_refused_until_they_are_registered():

    class Unknown(nn.Module):

        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Conv2d(3, 4, 1), nn.Conv2d(4, 5, 1)

        def forward(self, x):
            return (self.second(self.first(x)), )

    with pytest.raises(UsageError, match='Unknown has no stages.*ResNet,'):
        stages_of(Unknown())

    @adapts(Unknown)
    class UnknownStages(Stages):
        names = ('first', 'second')

        def stem(self, x):
            return x

    outputs = stage_outputs(stages_of(Unknown()), torch.randn(1, 3, 4, 4))
    assert [x.shape[1] for x in outputs] == [4, 5]
    with pytest.raises(UsageError, match='does not end with a norm'):
        stages_of(Unknown()).last_norm


def test_a_backbone_that_is_not_its_stages_is_refused():

    class Doubled(CifarResNet):

        def forward(self, x):
            return tuple(2 * y for y in super().forward(x))

    with pytest.raises(UsageError, match='Doubled computes something else'):
        stage_outputs(
            stages_of(Doubled(20).eval()), torch.randn(1, 3, 16, 16))


@pytest.mark.parametrize('backbone', [
    PlainResNet_CIFAR(18, **SMALL),
    PlainResNet(50, **SMALL),
    CifarResNet(20, shortcut='none'),
    EpsilonResNet_CIFAR(20, base_channels=4),
])
def test_pre_activation_is_what_the_last_relu_receives(backbone):
    classifier = nn.Module()
    classifier.backbone = backbone
    images = torch.randn(2, 3, 64, 64)
    recorded = NetworkPass(
        classifier, images, stages_of(backbone), keep_pre_activation=True)
    last = recorded.stage(len(recorded.stages))
    assert (recorded.pre_activation < 0).any()
    assert torch.equal(recorded.pre_activation.relu(), last)
    recorded.pre_activation.sum().backward()
    assert backbone.conv1.weight.grad.any()
    assert not any(module._forward_pre_hooks for module in backbone.modules())


def test_later_stages_are_not_computed():
    backbone = CifarResNet(20)
    classifier, ran = nn.Module(), []
    for name in ('layer1', 'layer2', 'layer3'):
        backbone.get_submodule(name).register_forward_hook(
            lambda *_, name=name: ran.append(name))
    walk = NetworkPass(classifier, torch.randn(1, 3, 8, 8),
                       stages_of(backbone))
    walk.stage(2)
    walk.stage(1)
    assert ran == ['layer1', 'layer2']


def test_last_norm_closes_the_last_block():
    assert stages_of(PlainResNet(50)).last_norm.num_features == 2048
    basic = CifarResNet(20)
    assert type(stages_of(basic)).__mro__[1] is ResNetStages
    assert stages_of(basic).last_norm is basic.layer3[2].bn2
    gated = EpsilonResNet_CIFAR(20)
    assert stages_of(gated).last_norm is gated.layer3.norm
