"""Which ResNet a checkpoint holds."""
import pytest
import torch
from mmpretrain.registry import MODELS
from torchvision import models as torchvision_models

from rd_plugins.plainify.source import Source, read_source, source_of
from rd_plugins.utils.errors import UsageError


@pytest.fixture
def save(tmp_path):
    def save(weights):
        path = str(tmp_path / 'weights.pth')
        torch.save(weights, path)
        return path
    return save


@pytest.mark.parametrize('depth', [18, 34, 50, 101, 152])
def test_torchvision(depth):
    with torch.device('meta'):
        network = getattr(torchvision_models, f'resnet{depth}')(num_classes=7)
    assert source_of(network.state_dict(), 'weights.pth') == Source(
        depth, False, False, 512 if depth < 50 else 2048, 7, False)


def mmpretrain_weights(kind):
    return MODELS.build(dict(
        type='ImageClassifier',
        backbone=dict(type=kind, depth=50),
        neck=dict(type='GlobalAveragePooling'),
        head=dict(type='LinearClsHead', num_classes=3, in_channels=2048))
    ).state_dict()


@pytest.mark.parametrize('kind, deep, pooled', [
    ('ResNet', False, False), ('ResNetV1c', True, False),
    ('ResNetV1d', True, True)])
def test_mmpretrain(kind, deep, pooled):
    assert source_of(mmpretrain_weights(kind), 'weights.pth') == Source(
        50, deep, pooled, 2048, 3, True)


@pytest.mark.parametrize('name, words', [
    ('resnext50_32x4d', 'a ResNeXt, as its layer1.0.conv2'),
    ('wide_resnet50_2', 'a Wide ResNet, as its layer1.0.conv2')])
def test_others_of_torchvision(name, words):
    with torch.device('meta'):
        network = getattr(torchvision_models, name)(num_classes=7)
    with pytest.raises(UsageError, match=f'{words}.*docs/distillation.md'):
        source_of(network.state_dict(), 'weights.pth')


@pytest.mark.parametrize('kind, words', [
    ('ResNeXt', 'a ResNeXt, as its layer1.0.conv2'),
    ('SEResNet', 'another network, as its layer1.0.se_layer'),
    ('Res2Net', r'another network, as its layer1.0.conv2.weight .absent')])
def test_others_of_mmpretrain(kind, words):
    with pytest.raises(UsageError, match=words):
        source_of(mmpretrain_weights(kind), 'weights.pth')


@pytest.mark.parametrize('change, words', [
    (lambda w: w.pop('fc.weight'), 'no linear head'),
    (lambda w: w.update({'conv1.weight': torch.zeros(64, 3, 3, 3)}),
     'no ResNet of 18, 34'),
    (lambda w: w.update({'conv1.weight': torch.zeros(64, 1, 7, 7)}),
     'images of 1 channels'),
    (lambda w: w.update(optimizer=dict(w)), 'optimizer is a dict'),
    (lambda w: w.update({'layer1.2.conv1.weight': torch.zeros(1)}),
     'no ResNet of 18, 34'),
    (lambda w: w.update({'layer1.0.conv2.weight': torch.zeros(1)}),
     'another network'),
    (lambda w: w.update({'layer1.0.conv1.weight': torch.zeros(32, 64, 3, 3)}),
     'another network'),
    (lambda w: [w.pop(key) for key in list(w) if 'running' in key],
     '20 convolutions and 0 batch norms'),
    (lambda w: [w.pop(key) for key in list(w) if '3.0.downsample' in key],
     'no projection in stage 3'),
])
def test_what_is_none_of_them(save, change, words):
    weights = torchvision_models.resnet18(num_classes=2).state_dict()
    change(weights)
    with pytest.raises(UsageError, match=words):
        read_source(save(weights))
