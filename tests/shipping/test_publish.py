import hashlib

import pytest
import torch
from mmengine.config import Config
from mmpretrain.registry import MODELS

from rd_plugins import __version__
from rd_plugins.utils.checkpoint_file import read_checkpoint
from tests.helpers import DEMO, ROOT
from tests.helpers.tools import assert_refused, tool
from tests.shipping.tools import assert_refuses, names, run

PUBLISH = 'publish_model.py'


def published(run_dir):
    path, = run_dir.glob('p_*.pth')
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert path.stem.endswith(f'-{digest[:8]}')
    return read_checkpoint(path)


def publish(checkpoint, *flags):
    run(PUBLISH, checkpoint, checkpoint.parent / 'p.pth', *flags)


def assert_publishing_refuses(checkpoint, *flags, words):
    assert_refuses(PUBLISH, checkpoint, checkpoint.parent / 'p.pth', *flags,
                   words=words)


@pytest.mark.parametrize('flag, added', [(None, 0), ('--ema', 0),
                                         ('--no-ema', 1)])
def test_publish(checkpoint, run_dir, flag, added):
    config = f'{DEMO}/plain20_ce_mnist5k.py'
    flags = ['--config', config, *([flag] if flag else [])]
    publish(checkpoint, *flags)
    found = published(run_dir)
    assert found.keys() == {'meta', 'state_dict'}
    assert found['meta']['epoch'] == 4
    assert found['meta']['rd_plugins_version'] == __version__
    assert found['meta']['shortcuts'] == 'none'
    assert found['meta']['dataset_meta']['classes'][3] == '3'
    model = MODELS.build(Config.fromfile(ROOT / config).model)
    model.load_state_dict(found['state_dict'], strict=True)
    averaged = read_checkpoint(checkpoint)['state_dict']
    for key, value in found['state_dict'].items():
        assert torch.equal(value, averaged[key] + added)
    assert_publishing_refuses(checkpoint, *flags, words=['exists', '--force'])
    publish(checkpoint, '--force', *flags)
    assert len(names(run_dir)) == 2


def test_as_a_user_runs_it(checkpoint, run_dir):
    arguments = PUBLISH, checkpoint, run_dir / 'p'
    done = tool(*arguments)
    assert done.returncode == 0, done.stderr
    path, = run_dir.glob('p_*.pth')
    assert f'Published {path} (' in done.stdout
    assert_refused(tool(*arguments), 'exists', '--force')


def test_the_config_of_a_distiller(checkpoint, run_dir):
    for name in ('plain20_mnist5k', 'plain20_no_res_mnist5k'):
        publish(checkpoint, '--config', f'{DEMO}/{name}.py', '--force')
        assert 'auxiliary.connector.weight' not in published(
            run_dir)['state_dict']


def test_publish_refuses(checkpoint, run_dir):
    weights = read_checkpoint(checkpoint)['state_dict']
    assert_publishing_refuses(
        checkpoint, '--config', 'configs/rd/resnet20_cifar10.py',
        words=['does not belong to this config'])
    broken = dict(weights, bad=torch.tensor(float('nan')))
    teacher = dict(weights, **{'teacher.conv.weight': torch.ones(1)})
    for state_dict, flags, words in (
        (weights, ['--ema'], 'no averaged weights'),
        (weights, ['--no-ema'], 'no averaged weights'),
        (broken, [], 'not finite in bad'),
        (teacher, [], 'keeps its teacher'),
        ({'auxiliary.a': torch.ones(1)}, [], 'no weights of a network'),
        (dict(weights, steps=3), [], 'steps is a int'),
    ):
        torch.save(dict(state_dict=state_dict), checkpoint)
        assert_publishing_refuses(checkpoint, *flags, words=[words])
    assert names(run_dir) == ['epoch_4.pth']
