"""Street View House Numbers."""
from os import path as osp
from typing import List

import mmengine.dist as dist
import numpy as np
from mmpretrain.datasets import BaseDataset
from torchvision import datasets

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
        downloads = dist.is_main_process()
        if not downloads:
            dist.barrier()
        try:
            parts = [self._read(part) for part in self.split.split('+')]
        finally:
            if downloads:  # or has failed to: the others say it, too
                dist.barrier()
        return [
            dict(img=image, gt_label=int(label))
            for part in parts
            for image, label in zip(
                np.ascontiguousarray(part.data.transpose(0, 2, 3, 1)),
                part.labels)
        ]

    def _read(self, part: str) -> datasets.SVHN:
        try:
            return datasets.SVHN(
                self.data_root, part,
                download=self.download and dist.is_main_process())
        except ModuleNotFoundError:
            raise UsageError('SVHN reads MATLAB files with SciPy, which is '
                             'not installed. Install it with: pip install '
                             'scipy.') from None
        except RuntimeError as error:
            url, name, _ = datasets.SVHN.split_list[part]
            path = osp.join(self.data_root, name)
            found = f'{path} is damaged; delete it and' if osp.isfile(
                path) else f'There is no {path};'
            hint = ('share the folder with the process that downloads'
                    if self.download else 'set download=True')
            raise UsageError(
                f'{found} download it from {url}, or {hint}.') from error

    def extra_repr(self) -> List[str]:
        """Lines that are shown when the dataset is printed."""
        return [f'Split: \t{self.split}']
