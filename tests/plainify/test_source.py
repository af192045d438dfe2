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


@pytest.mark.parametrize('kind, deep, pooled', [
    ('ResNet', False, False), ('ResNetV1c', True, False),
    ('ResNetV1d', True, True)])
def test_mmpretrain(save, kind, deep, pooled):
    model = MODELS.build(dict(
        type='ImageClassifier',
        backbone=dict(type=kind, depth=50, base_channels=4, stem_channels=8),
        neck=dict(type='GlobalAveragePooling'),
        head=dict(type='LinearClsHead', num_classes=3, in_channels=128)))
    assert read_source(save(dict(state_dict=model.state_dict()))) == Source(
        50, deep, pooled, 128, 3, True)


@pytest.mark.parametrize('change, words', [
    (lambda w: w.pop('fc.weight'), 'no linear head'),
    (lambda w: w.update({'conv1.weight': torch.zeros(64, 3, 3, 3)}),
     'no ResNet of 18, 34'),
    (lambda w: w.update({'layer1.2.conv1.weight': torch.zeros(1)}),
     'no ResNet of 18, 34'),
])
def test_what_is_none_of_them(save, change, words):
    weights = torchvision_models.resnet18(num_classes=2).state_dict()
    change(weights)
    with pytest.raises(UsageError, match=words):
        read_source(save(weights))
