import pytest
import torch
from mmpretrain.models.backbones import MobileNetV2, ResNet_CIFAR
from torch import nn

from rd_plugins.models import CifarResNet, PlainResNet
from rd_plugins.models.utils import (last_norm, last_pre_activation,
                                     num_stages, output_all_stages, run_stage)
from rd_plugins.utils.errors import UsageError


def test_running_stage_by_stage_is_the_whole_backbone():
    backbone = CifarResNet(20).eval()
    output_all_stages(backbone)
    outputs = backbone(torch.randn(1, 3, 16, 16))
    assert len(outputs) == num_stages(backbone) == 3
    for index in (1, 2):
        again = run_stage(backbone, index, outputs[index - 1])
        assert torch.equal(again, outputs[index])


def test_backbones_without_stages_are_refused():
    with pytest.raises(UsageError, match='MobileNetV2 has no stages'):
        num_stages(MobileNetV2())


@pytest.mark.parametrize('backbone', [
    ResNet_CIFAR(18, base_channels=4, stem_channels=4),
    PlainResNet(50, base_channels=4, stem_channels=4),
    CifarResNet(20, shortcut='none'),
])
def test_pre_activation_is_what_the_last_relu_receives(backbone):
    with last_pre_activation(backbone) as recorded:
        output = backbone(torch.randn(2, 3, 64, 64))[-1]
    assert (recorded[-1] < 0).any()
    assert torch.equal(recorded[-1].relu(), output)
    recorded[-1].sum().backward()
    assert backbone.conv1.weight.grad.any()
    recorded.clear()
    backbone(torch.randn(2, 3, 64, 64))
    assert not recorded


def test_last_norm_closes_the_last_block():
    assert last_norm(PlainResNet(50)).num_features == 2048
    basic = CifarResNet(20)
    assert last_norm(basic) is basic.layer3[2].bn2
    assert isinstance(last_norm(basic), nn.BatchNorm2d)
