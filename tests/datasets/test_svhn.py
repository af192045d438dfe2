import hashlib

import numpy as np
import pytest
from scipy.io import savemat
from torchvision.datasets import SVHN as Official

from rd_plugins.datasets import SVHN
from rd_plugins.utils.errors import UsageError
from tests.helpers.ranks import on_ranks

COUNTS = dict(train=12, extra=7, test=5)


@pytest.fixture
def root(tmp_path, monkeypatch):
    """Small files of the official form, with their own MD5 sums."""
    rng = np.random.default_rng(0)
    files = {}
    for split, (url, name, _) in Official.split_list.items():
        images = rng.integers(
            0, 256, (32, 32, 3, COUNTS[split]), dtype=np.uint8)
        labels = np.arange(COUNTS[split]).reshape(-1, 1) % 10 + 1
        savemat(tmp_path / name, dict(X=images, y=labels.astype(np.uint8)))
        content = (tmp_path / name).read_bytes()
        files[split] = [url, name, hashlib.md5(content).hexdigest()]
    monkeypatch.setattr(Official, 'split_list', files)
    return tmp_path


def load(root, split):
    return SVHN(str(root), split, download=False)


def test_images_and_labels(root):
    """The file's last axis counts images; its label 10 is the digit 0."""
    from scipy.io import loadmat
    content = loadmat(root / 'train_32x32.mat')
    dataset = load(root, 'train')
    assert len(dataset) == 12
    for index in range(12):
        sample = dataset[index]
        assert np.array_equal(sample['img'], content['X'][..., index])
        assert sample['gt_label'] == content['y'][index] % 10
    assert dataset.metainfo['classes'][dataset[9]['gt_label']] == '0'


def test_train_and_extra_follow_each_other(root):
    both, extra = load(root, 'train+extra'), load(root, 'extra')
    assert len(both) == 19 and len(load(root, 'test')) == 5
    assert np.array_equal(both[12]['img'], extra[0]['img'])


def test_what_cannot_be_read(root):
    with pytest.raises(UsageError, match="split='val'; choose one of 'train'"):
        load(root, 'val')
    (root / 'extra_32x32.mat').write_bytes(b'')
    with pytest.raises(UsageError, match='extra_32x32.mat is damaged'):
        load(root, 'train+extra')
    (root / 'test_32x32.mat').unlink()
    with pytest.raises(UsageError, match='There is no .*test_32x32.mat; down'):
        load(root, 'test')


def reason_of_failure(root):
    try:
        load(root, 'test')
    except UsageError as error:
        return str(error)


def test_no_process_waits_for_one_that_has_failed(root):
    (root / 'test_32x32.mat').unlink()
    for reason in on_ranks(2, reason_of_failure, root):
        assert 'There is no' in reason


def test_without_scipy(root, monkeypatch):
    monkeypatch.setitem(__import__('sys').modules, 'scipy.io', None)
    with pytest.raises(UsageError, match='pip install scipy'):
        load(root, 'test')
