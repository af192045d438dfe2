"""Teachers from other libraries, as a user converts them."""
import pytest
import torch
from mmpretrain.registry import MODELS

from tests.helpers import DEMO
from tests.helpers.tools import assert_done, assert_refused, tool


def akamaster(state_dict):
    """The layout of akamaster/pytorch_resnet_cifar10."""
    return {
        f'module.{key}'.replace('backbone.', '').replace('head.fc', 'linear'):
        value
        for key, value in state_dict.items()
    }


def timm_resnet_d(state_dict):
    """timm's layout of ResNet-D, where every projection has a pooling."""
    names = {
        'stem.0.conv': 'conv1.0', 'stem.0.bn': 'conv1.1',
        'stem.1.conv': 'conv1.3', 'stem.1.bn': 'conv1.4',
        'stem.2.conv': 'conv1.6', 'stem.2.bn': 'bn1',
        'layer1.0.downsample.1': 'layer1.0.downsample.2',
        'layer1.0.downsample.0': 'layer1.0.downsample.1'
    }
    renamed = {}
    for key, value in state_dict.items():
        key = key.replace('backbone.', '').replace('head.fc', 'fc')
        for ours, theirs in names.items():
            if key.startswith(f'{ours}.'):
                key = key.replace(ours, theirs)
                break
        renamed[key] = value
    return renamed


def test_convert_a_resnet_d(run_dir):
    model = MODELS.build(
        dict(
            type='ImageClassifier',
            backbone=dict(type='ResNetV1d', depth=50, base_channels=4),
            neck=dict(type='GlobalAveragePooling'),
            head=dict(type='LinearClsHead', num_classes=3, in_channels=128)))
    weights = model.state_dict()
    torch.save(timm_resnet_d(weights), run_dir / 'timm.pth')
    done = tool('model_converters/convert_teacher.py', run_dir / 'timm.pth',
                run_dir / 'target.pth')
    assert_done(done)
    model.load_state_dict(
        torch.load(run_dir / 'target.pth')['state_dict'], strict=True)


def test_convert_teacher(run_dir, teacher):
    weights = torch.load(teacher)['state_dict']
    source, target = run_dir / 'source.th', run_dir / 'new' / 'target.pth'
    torch.save(dict(state_dict=akamaster(weights), best_prec1=90.0), source)
    converter = 'model_converters/convert_teacher.py'
    config = f'{DEMO}/resnet20_mnist5k.py'
    done = tool(converter, source, target, '--config', config)
    assert_done(done)
    converted = torch.load(target)['state_dict']
    assert converted.keys() == weights.keys()
    assert all(torch.equal(converted[key], weights[key]) for key in weights)

    target.unlink()
    assert_refused(
        tool(converter, source, target, '--config',
             'configs/rd/resnet20_cifar10.py'), 'another shape of')
    strange = {'module.se.fc.weight': torch.ones(1), **akamaster(weights)}
    torch.save(strange, source)
    assert_refused(tool(converter, source, target), 'module.se.fc.weight')
    torch.save({f'{name}{k}': torch.ones(1) for k in range(9)
                for name in ('unknown', 'backbone.')}, source)
    assert_refused(tool(converter, source, target), 'has 18 keys',
                   'unknown0, backbone.0, unknown1 and 15 more.')
    assert_refused(tool(converter, teacher, target),
                   'has the names of MMPretrain already')
    assert not target.exists()


@pytest.mark.parametrize('name', ['source.pth', 'link.pth', './source.pth'])
def test_the_source_is_not_overwritten(run_dir, name):
    source = run_dir / 'source.pth'
    torch.save(dict(weight=torch.ones(1)), source)
    (run_dir / 'link.pth').symlink_to(source)
    before = source.read_bytes()
    for pair in ((source, f'{run_dir}/{name}'), (f'{run_dir}/{name}', source)):
        assert_refused(tool('model_converters/convert_teacher.py', *pair),
                       'is SOURCE itself')
    assert source.read_bytes() == before
