"""Which images a result was made with."""
import hashlib

import numpy as np
from mmengine.dataset import BaseDataset
from mmpretrain.registry import DATASETS
from torch.utils.data import Dataset

from rd_plugins.datasets.mnist_5k import load_digits
from rd_plugins.tables.data import checksum, data_checksums
from tests.helpers.runs import demo_cfg

DIGITS = dict(type='rd_plugins.MNIST5k', split='test', pipeline=[])


def test_digits_by_hand():
    images, labels = load_digits()
    digest = hashlib.sha256()
    # The first test image: after 400 training images of the digit 0.
    digest.update(np.asarray(labels[400]).tobytes())
    digest.update(images[400].tobytes())
    assert checksum(dict(DIGITS, indices=1)) == digest.hexdigest()[:8]


def test_another_label_or_image_is_noticed(tmp_path):
    for folder in ('a', 'b'):
        (tmp_path / folder).mkdir()
    image = tmp_path / 'a' / 'one.png'
    image.write_bytes(b'1')
    dataset = dict(type='CustomDataset', data_prefix=str(tmp_path),
                   pipeline=[])
    first = checksum(dataset)
    assert checksum(dataset) == first
    image.write_bytes(b'12')
    bigger = checksum(dataset)
    image.rename(tmp_path / 'b' / 'one.png')
    assert len({first, bigger, checksum(dataset)}) == 3


@DATASETS.register_module(force=True)
class Elsewhere(BaseDataset):
    """Images in a store of files, and one that is read late."""

    def load_data_list(self):
        return [dict(img_path='s3://store/a/1.jpg', gt_label=0),
                dict(gt_label=1)]


@DATASETS.register_module(force=True)
class Plain(Dataset):
    """PyTorch's kind."""


def test_images_that_are_not_here():
    expected = hashlib.sha256()
    for label, address in ((0, b'a/1.jpg '), (1, b'')):
        expected.update(np.asarray(label).tobytes() + address)
    assert checksum(dict(type='Elsewhere')) == expected.hexdigest()[:8]
    assert checksum(dict(type='Plain')) == 'unknown'


def test_training_and_test_data():
    cfg = demo_cfg('resnet20_mnist5k')
    train, test = data_checksums(cfg, cfg).split(', ')
    assert train.startswith('train ') and test.startswith('test ')
    assert train[6:] != test[5:]
    other = demo_cfg('resnet20_mnist5k')
    other.test_dataloader.dataset.indices = 50
    assert data_checksums(other, cfg) == f'{train}, {test}'
    assert data_checksums(cfg, other) != f'{train}, {test}'
