"""Street View House Numbers."""
from os import path as osp
from typing import List

import mmengine.dist as dist
import numpy as np
from mmpretrain.datasets import BaseDataset
from mmpretrain.datasets.utils import check_integrity, download_url

from rd_plugins.registry import DATASETS
from rd_plugins.utils.errors import UsageError, check_choice


@DATASETS.register_module()
class SVHN(BaseDataset):
    """`SVHN <http://ufldl.stanford.edu/housenumbers>`_, cropped digits.

    Colour images of 32 x 32 pixels, from MATLAB files.

    Args:
        data_root (str): The folder of the files.
        split (str): ``'train'`` (73,257 images), ``'extra'`` (531,131 easier
            ones), ``'train+extra'``, or ``'test'`` (26,032).
            Defaults to ``'train'``.
        download (bool): Whether to download files that are missing.
            Defaults to True.
        **kwargs: Every other argument of
            :class:`mmpretrain.datasets.BaseDataset`.

    Raises:
        UsageError: If the split is unknown, a file is missing or damaged, or
            SciPy is not installed.
    """

    METAINFO = {'classes': tuple(str(digit) for digit in range(10))}
    url = 'http://ufldl.stanford.edu/housenumbers/'
    files = dict(
        train=('train_32x32.mat', 'e26dedcc434d2e4c54c9b2d4a06d8373'),
        extra=('extra_32x32.mat', 'a93ce644f1a588dc4d68dda5feec44a7'),
        test=('test_32x32.mat', 'eb5a983be6a315427106f1b164d9cef3'))
    splits = ('train', 'extra', 'train+extra', 'test')

    def __init__(self,
                 data_root: str,
                 split: str = 'train',
                 download: bool = True,
                 **kwargs) -> None:
        check_choice('SVHN', 'split', split, self.splits)
        self.split = split
        self.download = download
        super().__init__(ann_file='', data_root=data_root, **kwargs)

    def load_data_list(self) -> List[dict]:
        """List the samples of the split."""
        try:
            from scipy.io import loadmat
        except ImportError:
            raise UsageError('SVHN reads MATLAB files with SciPy, which is '
                             'not installed. Install it with: pip install '
                             'scipy.') from None
        parts = self.split.split('+')
        if dist.is_main_process():
            for part in parts:
                self._provide(*self.files[part])
        dist.barrier()
        data_list = []
        for part in parts:
            name, md5 = self.files[part]
            self._check(name, md5)
            content = loadmat(osp.join(self.data_root, name))
            # (32, 32, 3, N) in the file, where the digit 0 is labelled 10
            images = np.ascontiguousarray(content['X'].transpose(3, 0, 1, 2))
            labels = content['y'].flatten() % 10
            data_list += [
                dict(img=image, gt_label=int(label))
                for image, label in zip(images, labels)
            ]
        return data_list

    def _provide(self, name: str, md5: str) -> None:
        if self.download and not osp.isfile(osp.join(self.data_root, name)):
            download_url(self.url + name, self.data_root, name, md5)

    def _check(self, name: str, md5: str) -> None:
        path = osp.join(self.data_root, name)
        if not osp.isfile(path):
            raise UsageError(f'There is no {path}; download it from '
                             f'{self.url}{name}, or set download=True.')
        if not check_integrity(path, md5):
            raise UsageError(f'{path} is damaged, its MD5 sum is not {md5}; '
                             'delete it and download it again.')

    def extra_repr(self) -> List[str]:
        """Lines that are shown when the dataset is printed."""
        return [f'Split: \t{self.split}']
