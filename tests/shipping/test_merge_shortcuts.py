import pytest
import torch
from mmpretrain.registry import MODELS

from rd_plugins.models import CifarResNet, PlainResNet
from rd_plugins.shipping.merge_shortcuts import (merged_backbone_cfg,
                                                 merged_state_dict)
from rd_plugins.shipping.verify import outputs_differ_by
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.measure import count_macs_and_params
from tests.models.backbones.test_plain_resnet import randomize_norms

NARROW = dict(base_channels=8, stem_channels=8)
ALL = dict(out_indices=(0, 1, 2, 3))
SOURCES = dict(
    pad=dict(type='rd_plugins.CifarResNet', depth=20, shortcut='pad',
             out_indices=(0, 1, 2)),
    projection=dict(type='rd_plugins.CifarResNet', depth=32,
                    zero_init_residual=True, drop_path_rate=0.1),
    dirac=dict(type='rd_plugins.CifarResNet', depth=20, shortcut='pad',
               block_conv_cfg=dict(type='rd_plugins.DiracConv2d')),
    basic=dict(type='ResNet', depth=18, **NARROW, **ALL),
    cifar=dict(type='mmpretrain.ResNet_CIFAR', depth=34, **NARROW, **ALL),
    dilated=dict(type='ResNet', depth=18, strides=(1, 2, 1, 1),
                 dilations=(1, 1, 2, 4), **NARROW),
    bottleneck=dict(type='ResNet', depth=50, **NARROW, **ALL),
    caffe=dict(type='ResNet', depth=50, style='caffe', base_channels=8,
               stem_channels=12),
    deep_stem=dict(type='ResNetV1c', depth=50, base_channels=8),
    pooled=dict(type='ResNetV1d', depth=50, base_channels=8),
    downsample=dict(type='rd_plugins.PlainResNet_CIFAR', depth=18,
                    shortcut='downsample', **NARROW, **ALL),
    downsample50=dict(type='rd_plugins.PlainResNet', depth=50,
                      shortcut='downsample', **NARROW),
)


def merge(cfg):
    """A network with all its norms at work, and what it becomes."""
    network = MODELS.build(cfg).double()
    randomize_norms(network)
    network.eval()
    merged = MODELS.build(merged_backbone_cfg(network, cfg)).double()
    merged_state_dict(network, merged)
    return network, merged.eval()


@pytest.mark.parametrize('name', SOURCES)
def test_the_outputs_stay_and_the_shortcuts_go(name):
    network, merged = merge(SOURCES[name])
    images = torch.randn(1, 3, 64, 64).double()
    assert outputs_differ_by(network, merged, images) < 1e-12
    assert not any('downsample' in key for key in merged.state_dict())
    # A chain: every convolution's output goes into the next one alone.
    kinds = {type(module).__name__ for module in merged.modules()}
    assert kinds <= {
        'PlainResNet', 'PlainResNet_CIFAR', 'CifarResNet', 'ResLayer',
        'PlainBasicBlock', 'PlainBottleneck', 'MergedBasicBlock',
        'MergedBottleneck', 'Conv2d', 'Identity', 'ReLU', 'MaxPool2d',
        'Sequential', 'ConvModule'
    }


def test_widths_and_costs_of_basic_blocks():
    """Both convolutions double; 1.5 times where the channels double."""
    _, merged = merge(SOURCES['basic'])
    shapes = [tuple(conv.weight.shape[:2])
              for block in (merged.layer1[1], merged.layer2[0])
              for conv in (block.conv1, block.conv2)]
    assert shapes == [(16, 8), (8, 16), (24, 8), (16, 24)]


def test_costs_of_bottlenecks():
    """Without groups the 3x3 convolution alone would cost 25 times more."""
    _, merged = merge(SOURCES['bottleneck'])
    block = merged.layer1[1]
    assert block.conv2.groups == 5 and block.conv2.in_channels == 40
    residual = 8 * 32 * 2 + 9 * 8 * 8
    macs = 32 * 40 * 2 + 9 * 5 * 8 * 8
    weights = sum(conv.weight.numel()
                  for conv in (block.conv1, block.conv2, block.conv3))
    assert weights == macs and 4.9 < macs / residual < 5.1


def test_a_pooling_over_the_edge_differs():
    """Ceil mode divides by fewer pixels there; comparing finds it."""
    network, merged = merge(SOURCES['pooled'])
    images = torch.randn(1, 3, 72, 72).double()
    assert outputs_differ_by(network, merged, images) > 1e-3


def test_merged_cost_is_counted():
    cfg = dict(type='rd_plugins.CifarResNet', depth=20)
    plain, merged = (
        MODELS.build(dict(cfg, shortcut=shortcut, deploy=True)).eval()
        for shortcut in ('none', 'merged'))
    ratios = [
        new / old
        for new, old in zip(count_macs_and_params(merged, (3, 32, 32)),
                            count_macs_and_params(plain, (3, 32, 32)))
    ]
    assert all(1.8 < ratio < 2 for ratio in ratios)


@pytest.mark.parametrize('cfg, words', [
    (dict(type='SEResNet', depth=50, **NARROW), 'SEResNet cannot be removed'),
    (dict(type='MobileNetV2'), 'MobileNetV2 cannot be removed'),
    (dict(type='rd_plugins.PlainResNet', depth=18, **NARROW),
     'no shortcuts to remove'),
    (dict(type='rd_plugins.CifarResNet', depth=20, shortcut='merged',
          deploy=True), "shortcut='merged' has no shortcuts"),
])
def test_what_has_no_such_shortcuts_is_refused(cfg, words):
    with pytest.raises(UsageError, match=words):
        merged_backbone_cfg(MODELS.build(cfg), cfg)


def test_a_pooling_before_a_narrow_kernel_is_refused():
    cfg = dict(type='ResNetV1d', depth=50, base_channels=8, style='caffe')
    with pytest.raises(UsageError, match='2x2 pooling .* 1x1 convolution'):
        merge(cfg)


def test_merged_is_a_deployed_form():
    for build, depth in ((PlainResNet, 18), (CifarResNet, 20)):
        with pytest.raises(UsageError, match='needs deploy=True'):
            build(depth, shortcut='merged')
