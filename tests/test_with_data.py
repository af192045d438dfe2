"""What needs real data and published weights: make test-data RD_DATA=FOLDER.

docs/testing.md says what the folder holds.
"""
import json

import mmengine
import pytest
import torch
from mmengine.config import Config
from mmpretrain.registry import MODELS

from tests.helpers import ROOT
from tests.helpers.index import TRAINED
from tests.helpers.tools import tool

pytestmark = pytest.mark.data


def accuracy(config, checkpoint, run_dir, *options):
    result = run_dir / 'result.json'
    done = tool('test.py', config, checkpoint, '--work-dir', run_dir, '--out',
                result, '--out-item', 'metrics', '--cfg-options', *options)
    assert done.returncode == 0, done.stderr
    return json.loads(result.read_text())['accuracy/top1']


def data_of(data_root, name):
    """Options of the test set; CIFAR-100 may come in another order."""
    dataset = 'test_dataloader.dataset'
    options = [f'{dataset}.data_root={data_root / name}']
    if name == 'cifar100':
        options.append(
            f'{dataset}.type=tests.helpers.datasets.CIFAR100InAnyOrder')
    return options


PUBLISHED = pytest.mark.parametrize('depth, file, error', [
    (20, 'resnet20-12fca82f.th', 8.27),
    (56, 'resnet56-4bfd9763.th', 6.61),
])


@PUBLISHED
def test_published_teachers_keep_their_accuracy(data_root, run_dir, depth,
                                                file, error):
    config = f'configs/rd/resnet{depth}_cifar10.py'
    done = tool('model_converters/convert_teacher.py',
                data_root / 'weights' / file, run_dir / 'teacher.pth',
                '--config', config)
    assert done.returncode == 0, done.stderr
    found = accuracy(config, run_dir / 'teacher.pth', run_dir,
                     *data_of(data_root, 'cifar10'))
    assert round(100 - found, 2) == error


@pytest.mark.parametrize('entry', TRAINED, ids=lambda entry: entry['Name'])
def test_the_zoo_has_its_accuracy(data_root, run_dir, entry):
    folder = entry['Metadata']['Training Data'].lower().replace('-', '')
    assert round(accuracy(
        entry['Config'], ROOT / entry['Weights'], run_dir,
        *data_of(data_root, folder)), 2
    ) == entry['Results'][0]['Metrics']['Top 1 Accuracy']


@pytest.mark.parametrize('role, config, found', [
    ('teacher', 'no_res/resnet20_seed_cifar100', 59.98),
    ('student', 'no_res/plain20_ce_seed_cifar100', 57.67),
])
def test_the_published_no_res_pair_keeps_its_accuracy(data_root, run_dir, role,
                                                      config, found):
    config = f'configs/{config}.py'
    source = data_root / 'weights' / f'nores-resnet20-cifar100-{role}.pth'
    done = tool('model_converters/convert_teacher.py', source,
                run_dir / 'converted.pth', '--config', config)
    assert done.returncode == 0, done.stderr
    assert round(accuracy(config, run_dir / 'converted.pth', run_dir,
                          *data_of(data_root, 'cifar100')), 2) == found


@PUBLISHED
def test_published_teachers_without_shortcuts(data_root, run_dir, depth, file,
                                              error):
    """Made plain without training, they say the same of every image."""
    config, teacher = f'configs/rd/resnet{depth}_cifar10.py', 'teacher.pth'
    for name, arguments in (
        ('convert_teacher', (data_root / 'weights' / file, run_dir / teacher)),
        ('remove_shortcuts',
         (config, run_dir / teacher, '--out', run_dir / 'plain')),
    ):
        done = tool(f'model_converters/{name}.py', *arguments)
        assert done.returncode == 0, done.stderr
        print(done.stdout)
    plain = run_dir / 'plain' / f'resnet{depth}_cifar10_merged'
    scores, labels = zip(*(
        predictions(*pair, data_root, run_dir)
        for pair in ((config, run_dir / teacher),
                     (f'{plain}.py', f'{plain}.pth'))))
    difference = (scores[0] - scores[1]).abs().max() / scores[0].abs().max()
    print(f'largest relative difference of a score: {difference:.1e}')
    assert len(labels[0]) == 10_000 and torch.equal(*labels)
    assert difference < 1e-4


def predictions(config, checkpoint, data_root, run_dir):
    """Scores and labels of all test images."""
    result = run_dir / 'predictions.pkl'
    done = tool('test.py', config, checkpoint, '--work-dir', run_dir, '--out',
                result, '--cfg-options', *data_of(data_root, 'cifar10'))
    assert done.returncode == 0, done.stderr
    samples = mmengine.load(result)
    return (torch.stack([sample['pred_score'] for sample in samples]),
            torch.cat([sample['pred_label'] for sample in samples]))


def test_plain50_imagenet_at_full_size(data_root, run_dir):
    """Two epochs of a few photographs, then a test with the plain config."""
    images = data_root / 'imagenette-mini'
    classes = sorted(path.name for path in (images / 'train').iterdir())
    model = Config.fromfile(ROOT / 'configs/rd/resnet50_imagenet.py').model
    model.head.num_classes = len(classes)
    teacher = MODELS.build(model)
    torch.save(dict(state_dict=teacher.state_dict()), run_dir / 'teacher.pth')

    def options(*loaders):
        yield f'model.head.num_classes={len(classes)}'
        for loader in loaders:
            yield f'{loader}.dataset.data_root={images}'
            yield f'{loader}.dataset.metainfo.classes={classes}'.replace(
                ' ', '')
            yield f'{loader}.dataset.indices=16'
            yield f'{loader}.batch_size=8'
            yield f'{loader}.num_workers=1'

    done = tool(
        'train.py', 'configs/rd/plain50_imagenet.py', '--work-dir', run_dir,
        '--cfg-options', 'train_cfg.max_epochs=1',
        f'model.teacher.head.num_classes={len(classes)}',
        f'model.teacher.init_cfg.checkpoint={run_dir / "teacher.pth"}',
        *options('train_dataloader', 'val_dataloader'))
    assert done.returncode == 0, done.stderr
    assert 'loss_hybrid3' in done.stdout + done.stderr
    found = accuracy('configs/rd/plain50_ce_imagenet.py',
                     run_dir / 'epoch_1.pth', run_dir,
                     *options('test_dataloader'))
    assert 0 <= found <= 100
