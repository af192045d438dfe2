"""What turns a checkpoint into something to ship, as a user runs it."""
import hashlib
import json

import pytest
import torch
from mmengine.config import Config
from mmpretrain.registry import MODELS

from tests.conftest import ROOT
from tests.test_tools import DEMO, assert_refused, tool

REMOVE = 'model_converters/remove_shortcuts.py'


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    """Checkpoints of the demo's teacher and student, with random weights."""
    folder = tmp_path_factory.mktemp('trained')
    torch.manual_seed(0)
    for name in ('resnet20_mnist5k', 'plain20_ce_mnist5k'):
        model = MODELS.build(Config.fromfile(ROOT / DEMO / f'{name}.py').model)
        torch.save(dict(state_dict=model.state_dict()), folder / f'{name}.pth')
    return folder


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def accuracy(config, checkpoint, run_dir):
    result = run_dir / 'result.json'
    done = tool('test.py', config, checkpoint, '--work-dir', run_dir / 'test',
                '--out', result, '--out-item', 'metrics')
    assert done.returncode == 0, done.stderr
    return json.loads(result.read_text())


def test_remove_shortcuts(trained, run_dir):
    config = f'{DEMO}/resnet20_mnist5k.py'
    source = trained / 'resnet20_mnist5k.pth'
    out = run_dir / 'merged'
    done = tool(REMOVE, config, source, '--out', out)
    assert done.returncode == 0, done.stderr
    assert names(run_dir) == ['merged']
    macs = 9 * (
        16 * 784 + 3 * 784 * 2 * 16 * 32 +  # stem, first stage
        196 * (16 * 48 + 48 * 32) + 2 * 196 * 2 * 32 * 64 +
        49 * (32 * 96 + 96 * 64) + 2 * 49 * 2 * 64 * 128) + 64 * 10
    assert f'{macs / 1e6:.2f} M MACs' in done.stdout
    name = 'resnet20_mnist5k_merged'
    assert names(out) == [f'{name}.pth', f'{name}.py']
    assert accuracy(config, source, run_dir) == accuracy(
        out / f'{name}.py', out / f'{name}.pth', run_dir)

    done = tool(REMOVE, config, source, '--out', out)
    assert_refused(done, 'exists', '--force')
    done = tool(REMOVE, config, source, '--out', out, '--force')
    assert done.returncode == 0, done.stderr
    done = tool(REMOVE, out / f'{name}.py', out / f'{name}.pth', '--out',
                run_dir / 'again')
    assert_refused(done, 'no shortcuts to remove')


def test_fold_norms(trained, run_dir):
    fold = 'model_converters/fold_norms.py'
    config = f'{DEMO}/plain20_ce_mnist5k.py'
    source = trained / 'plain20_ce_mnist5k.pth'
    done = tool(fold, config, source, '--out', run_dir / 'folded')
    assert done.returncode == 0, done.stderr
    files = [run_dir / f'folded/plain20_ce_mnist5k_folded.{end}'
             for end in ('py', 'pth')]
    assert accuracy(config, source, run_dir) == accuracy(*files, run_dir)
    assert not any('bn' in key for key in torch.load(files[1])['state_dict'])
    model = dict(type='ImageClassifier',
                 backbone=dict(type='ResNet', depth=18, base_channels=4))
    (run_dir / 'resnet.py').write_text(f'model = {model}\n')
    torch.save(MODELS.build(model).state_dict(), run_dir / 'resnet.pth')
    done = tool(fold, run_dir / 'resnet.py', run_dir / 'resnet.pth', '--out',
                run_dir / 'out')
    assert_refused(done, 'ResNet has no deployed form')


@pytest.mark.parametrize('name', ['plain20_mnist5k',
                                  'plain20_no_res_mnist5k'])
def test_the_config_of_a_distiller(checkpoint, run_dir, name):
    """Its student is published, folded and tested as by its own config."""
    config = f'{DEMO}/{name}.py'
    done = publish(checkpoint, '--config', config)
    assert done.returncode == 0, done.stderr
    done = tool('model_converters/fold_norms.py', config, checkpoint, '--out',
                run_dir / 'folded')
    assert done.returncode == 0, done.stderr
    files = [run_dir / f'folded/{name}_folded.{end}' for end in ('py', 'pth')]
    cfg = Config.fromfile(files[0])
    assert cfg.model.type == 'ImageClassifier' and 'teacher' not in cfg.model
    assert accuracy(*files, run_dir) == accuracy(
        f'{DEMO}/plain20_ce_mnist5k.py', checkpoint, run_dir)


def test_remove_shortcuts_refuses(trained, run_dir):
    out = run_dir / 'out'
    source = trained / 'plain20_ce_mnist5k.pth'
    for config, words in (
        (f'{DEMO}/plain20_ce_mnist5k.py', 'no shortcuts to remove'),
        (f'{DEMO}/plain20_mnist5k.py', 'no shortcuts to remove'),
        ('configs/rd/resnet20_cifar10.py', 'does not belong to this config'),
    ):
        assert_refused(tool(REMOVE, config, source, '--out', out), words)
    # On a map of odd size, pooling at the edge is no convolution.
    backbone = dict(type='ResNetV1d', depth=50, base_channels=4)
    model = dict(type='ImageClassifier', backbone=backbone)
    (run_dir / 'pooled.py').write_text(f'model = {model}\n')
    torch.save(MODELS.build(model).state_dict(), run_dir / 'pooled.pth')
    pooled = run_dir / 'pooled.py', run_dir / 'pooled.pth', '--out', out
    assert_refused(tool(REMOVE, *pooled), '--shape')
    assert_refused(
        tool(REMOVE, *pooled, '--shape', 72), 'computes something else')
    assert names(run_dir) == ['pooled.pth', 'pooled.py']
    done = tool(REMOVE, *pooled, '--shape', 64, 96)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def checkpoint(trained, run_dir):
    """As a run saves it that averages weights and trains a connector."""
    weights = torch.load(trained / 'plain20_ce_mnist5k.pth')['state_dict']
    weights = {**weights, 'auxiliary.connector.weight': torch.ones(3)}
    path = run_dir / 'epoch_4.pth'
    torch.save(
        dict(
            meta=dict(epoch=4, dataset_meta=dict(classes=list('0123456789'))),
            state_dict=weights,
            ema_state_dict=dict(
                steps=torch.tensor(7),
                **{f'module.{key}': value + 1
                   for key, value in weights.items()}),
            optimizer=dict(state={}), message_hub=dict()), path)
    return path


def publish(checkpoint, *flags):
    return tool('publish_model.py', checkpoint, checkpoint.parent / 'p.pth',
                *flags)


def published(run_dir):
    path, = run_dir.glob('p_*.pth')
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert path.stem.endswith(f'-{digest[:8]}')
    return torch.load(path)


@pytest.mark.parametrize('flag, added', [(None, 0), ('--ema', 0),
                                         ('--no-ema', 1)])
def test_publish(checkpoint, run_dir, flag, added):
    config = f'{DEMO}/plain20_ce_mnist5k.py'
    flags = [flag] if flag else []
    done = publish(checkpoint, '--config', config, *flags)
    assert done.returncode == 0, done.stderr
    found = published(run_dir)
    assert found.keys() == {'meta', 'state_dict'}
    assert found['meta']['epoch'] == 4
    assert found['meta']['dataset_meta']['classes'][3] == '3'
    model = MODELS.build(Config.fromfile(ROOT / config).model)
    model.load_state_dict(found['state_dict'], strict=True)
    averaged = torch.load(checkpoint)['state_dict']
    for key, value in found['state_dict'].items():
        assert torch.equal(value, averaged[key] + added)
    assert_refused(publish(checkpoint, *flags), 'exists', '--force')
    done = publish(checkpoint, '--force', *flags)
    assert done.returncode == 0, done.stderr
    assert len(names(run_dir)) == 2


def test_publish_refuses(checkpoint, run_dir):
    weights = torch.load(checkpoint)['state_dict']
    assert_refused(
        publish(checkpoint, '--config', 'configs/rd/resnet20_cifar10.py'),
        'does not belong to this config')
    broken = dict(weights, bad=torch.tensor(float('nan')))
    teacher = dict(weights, **{'teacher.conv.weight': torch.ones(1)})
    for state_dict, flags, words in (
        (weights, ['--ema'], 'no averaged weights'),
        (weights, ['--no-ema'], 'no averaged weights'),
        (broken, [], 'not finite in bad'),
        (teacher, [], 'keeps its teacher'),
        ({'auxiliary.a': torch.ones(1)}, [], 'no weights of a student'),
        (dict(weights, steps=3), [], 'steps is a int'),
    ):
        torch.save(dict(state_dict=state_dict), checkpoint)
        assert_refused(publish(checkpoint, *flags), words)
    assert names(run_dir) == ['epoch_4.pth']


@pytest.mark.parametrize('backend, flags, words', [
    ('ncnn', ['--dynamic'], 'one image at a time'),
    ('ncnn', ['--deploy-cfg', 'some.py'], 'does without MMDeploy'),
    ('openvino', ['--int8', '8'], 'for --backend onnxruntime'),
    ('onnxruntime', ['--int8', '0'], 'at least one image'),
    ('tensorrt', [], 'tensorrt, which is not installed'),
])
def test_deploy_refuses(trained, run_dir, backend, flags, words):
    source = trained / 'plain20_ce_mnist5k.pth'
    done = tool('deploy.py', f'{DEMO}/plain20_ce_mnist5k.py', source,
                '--backend', backend, '--out', run_dir / 'out', *flags)
    assert_refused(done, words)
    assert not names(run_dir)
