"""The right model is read, with the right weights."""
import pytest
import torch
from mmengine.config import Config
from mmpretrain.models import ImageClassifier
from mmpretrain.registry import MODELS

from rd_plugins.shipping.read import image_shape, read_trained_model
from rd_plugins.utils.errors import UsageError
from tests.helpers import ROOT


def save(config, path):
    """A checkpoint of a config's model, with random weights."""
    model = MODELS.build(Config.fromfile(ROOT / config).model)
    torch.save(dict(state_dict=model.state_dict(), meta=dict(epoch=3)), path)
    return model.eval()


def test_a_student_is_read(tmp_path):
    path = str(tmp_path / 'source.pth')
    config = 'configs/demo/resnet20_mnist5k.py'
    model = save(config, path)
    source = read_trained_model(str(ROOT / config), path)
    assert source.meta['epoch'] == 3 and not source.model.training
    for key, value in model.state_dict().items():
        assert torch.equal(source.model.state_dict()[key], value)
    with pytest.raises(UsageError, match='does not belong to this config'):
        read_trained_model(
            str(ROOT / 'configs/rd/resnet20_cifar10.py'), path)


@pytest.mark.parametrize('config', [
    'configs/demo/plain20_mnist5k.py',
    'configs/demo/plain20_no_res_joint_mnist5k.py',
    'configs/epsilon/epsilon32_short_cifar10.py',
])
def test_of_a_distiller_the_student_is_read(tmp_path, config):
    path = str(tmp_path / 'source.pth')
    model = save(config, path)
    source = read_trained_model(str(ROOT / config), path)
    assert type(source.model) is ImageClassifier
    weights = source.model.state_dict()
    assert weights and weights.keys() == {
        key for key in model.state_dict() if not key.startswith('auxiliary.')}
    images = torch.randn(2, *image_shape(source.cfg))
    with torch.no_grad():
        assert torch.equal(source.model(images), model(images))


@pytest.mark.parametrize('config, shape', [
    ('demo/resnet20_mnist5k', (1, 28, 28)),
    ('rd/resnet20_cifar10', (3, 32, 32)),
    ('rd/resnet50_imagenet', (3, 224, 224)),
])
def test_image_shape(config, shape):
    cfg = Config.fromfile(ROOT / f'configs/{config}.py')
    assert image_shape(cfg) == shape
    assert image_shape(cfg, [64]) == (shape[0], 64, 64)
    assert image_shape(cfg, [64, 96]) == (shape[0], 64, 96)
    cfg.test_dataloader.dataset.pipeline = [
        dict(type='Resize', scale=(96, 64)), dict(type='PackInputs')]
    assert image_shape(cfg) == (shape[0], 64, 96)
    cfg.test_dataloader.dataset.pipeline.append(
        dict(type='CenterCrop', crop_size=(80, 48)))
    assert image_shape(cfg) == (shape[0], 48, 80)
    cfg.data_preprocessor.pad_size_divisor = 32
    assert image_shape(cfg) == (shape[0], 64, 96)
    assert image_shape(cfg, [48]) == (shape[0], 48, 48)
    cfg.test_dataloader.dataset.pipeline = [
        dict(type='torchvision/Resize', size=[40, 64])]
    assert image_shape(cfg) == (shape[0], 64, 64)
    cfg.test_dataloader.dataset.update(type='Other', pipeline=[])
    with pytest.raises(UsageError, match='--shape'):
        image_shape(cfg)


def test_a_shape_of_more_than_height_and_width():
    cfg = Config.fromfile(ROOT / 'configs/demo/resnet20_mnist5k.py')
    with pytest.raises(UsageError, match='--shape 3 14 14 .* HEIGHT WIDTH'):
        image_shape(cfg, [3, 14, 14])
