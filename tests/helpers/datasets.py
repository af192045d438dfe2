"""Data sets as they may lie in the folder that RD_DATA names."""
import hashlib
from pathlib import Path

from mmpretrain.datasets import CIFAR100


class CIFAR100InAnyOrder(CIFAR100):
    """CIFAR-100 whose images may stand in another order.

    Their checksum is taken from the file: an accuracy over all images does
    not depend on their order.
    """

    def __init__(self, data_root, **kwargs) -> None:
        folder = Path(data_root) / self.base_folder
        for files in ('train_list', 'test_list'):
            name = getattr(self, files)[0][0]
            digest = hashlib.md5((folder / name).read_bytes()).hexdigest()
            setattr(self, files, [[name, digest]])
        super().__init__(data_root=data_root, **kwargs)
