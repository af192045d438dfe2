"""Small networks of every kind that can be deployed."""
import torch
from mmpretrain.registry import MODELS
from torch import nn

from rd_plugins.models.utils import folded_copy

TINY = dict(type='rd_plugins.CifarResNet', depth=8, base_channels=8,
            stem_channels=8)
LARGE = dict(depth=18, base_channels=8, stem_channels=8)
KINDS = {
    'plain': dict(TINY, shortcut='none'),
    'projection': dict(TINY, shortcut='projection'),
    'pad': dict(TINY, shortcut='pad'),
    'merged': dict(TINY, shortcut='merged', deploy=True),
    'compressed': dict(
        type='rd_plugins.EpsilonResNet_CIFAR', depth=20, base_channels=8,
        gate=False,
        removed_blocks=['layer1.1', 'layer2.0', 'layer3.1']),
    'imagenet stem': dict(LARGE, type='rd_plugins.PlainResNet',
                          shortcut='none'),
    'downsample': dict(LARGE, type='rd_plugins.PlainResNet',
                       shortcut='downsample'),
}


def network(kind: str, side: int = 0) -> nn.Module:
    """A folded classifier with lively norms, and the shape of its images."""
    backbone = dict(KINDS[kind])
    side = side or (64 if 'Plain' in backbone['type'] else 16)
    model = MODELS.build(dict(
        type='ImageClassifier', backbone=backbone,
        neck=dict(type='GlobalAveragePooling'),
        head=dict(type='LinearClsHead', num_classes=5,
                  in_channels=backbone['base_channels'] * (
                      8 if 'Plain' in backbone['type'] else 4))))
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(std=0.1)
            module.weight.data.uniform_(0.8, 1.2)
        if isinstance(module, nn.Conv2d):  # so that the signal does not fade
            nn.init.kaiming_normal_(module.weight, nonlinearity='relu')
    nn.init.normal_(model.head.fc.weight)
    return folded_copy(model.eval()), (3, side, side)


def images(shape, count=4):
    return list(torch.randn(count, 1, *shape))
