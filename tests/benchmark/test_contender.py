import pytest
import torch
from mmengine.config import Config
from mmpretrain.registry import MODELS

from rd_plugins.benchmark.contender import image_shape, read_contender
from rd_plugins.utils.errors import UsageError
from tests.conftest import ROOT

PLAIN20 = str(ROOT / 'configs/rd/plain20_ce_cifar10.py')


@pytest.mark.parametrize('path, shape', [
    ('rd/plain20_ce_cifar10', (3, 32, 32)),
    ('rd/resnet50_imagenet', (3, 224, 224)),
    ('no_res/resnet20_seed_cifar100', (3, 28, 28)),
    ('demo/resnet20_mnist5k', (1, 28, 28)),
])
def test_shape_of_a_config(path, shape):
    assert image_shape(Config.fromfile(ROOT / f'configs/{path}.py')) == shape


def test_a_checkpoint_is_loaded_and_norms_are_folded(tmp_path):
    model = MODELS.build(Config.fromfile(PLAIN20).model)
    with torch.no_grad():
        for name, buffer in model.named_buffers():
            if name.endswith('running_var'):
                buffer.uniform_(0.5, 2)
    path = tmp_path / 'weights.pth'
    torch.save(dict(state_dict=model.state_dict()), path)
    contender = read_contender(f'{PLAIN20}@{path}')
    assert contender.name == 'plain20_ce_cifar10'
    assert not any(
        isinstance(module, torch.nn.BatchNorm2d)
        for module in contender.model.modules())
    images = torch.randn(2, 3, 32, 32)
    model.eval()
    torch.testing.assert_close(
        contender.model(images), model(images), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize('text, reason', [
    ('missing.py', 'no file missing.py'),
    (f'{PLAIN20}@missing.pth', 'no file missing.pth'),
])
def test_what_is_not_there(text, reason):
    with pytest.raises(UsageError, match=reason):
        read_contender(text)


def test_options_of_a_config():
    contender = read_contender(f'{PLAIN20}@model.head.num_classes=7')
    assert contender.name == 'plain20_ce_cifar10@model.head.num_classes=7'
    assert contender.model(torch.zeros(1, 3, 32, 32)).shape == (1, 7)


def test_two_checkpoints(tmp_path):
    for name in 'ab':
        (tmp_path / name).write_bytes(b'')
    with pytest.raises(UsageError, match='2 checkpoints'):
        read_contender(f'{PLAIN20}@{tmp_path}/a@{tmp_path}/b')


def test_an_onnx_file_needs_a_shape(tmp_path):
    path = tmp_path / 'net.onnx'
    path.write_bytes(b'')
    with pytest.raises(UsageError, match='--shape'):
        read_contender(str(path))
    assert read_contender(str(path), (3, 8, 8)).model is None


def test_a_config_without_crops():
    cfg = Config(dict(model=dict(backbone=dict())))
    with pytest.raises(UsageError, match='--shape'):
        image_shape(cfg)
