"""Which images a result was trained and tested with."""
import hashlib
from pathlib import Path

import numpy as np
from mmengine.config import Config
from mmpretrain.registry import DATASETS


def checksum(dataset: dict) -> str:
    """A checksum of the labels and images of a dataset.

    Images in files are represented by their path under the data folder and
    the size of the file, if it is here.

    Args:
        dataset (dict): Config of a dataset.

    Returns:
        str: The first eight digits of a SHA-256; ``'unknown'`` for a dataset
        that is not of MMEngine's kind.
    """
    built = DATASETS.build(dataset)
    if not hasattr(built, 'get_data_info'):
        return 'unknown'
    built.full_init()
    digest = hashlib.sha256()
    for index in range(len(built)):
        info = built.get_data_info(index)
        digest.update(np.asarray(info.get('gt_label', -1)).tobytes())
        if 'img' in info:
            digest.update(np.ascontiguousarray(info['img']).tobytes())
        elif 'img_path' in info:
            path = Path(info['img_path'])
            size = path.stat().st_size if path.is_file() else ''
            digest.update(
                f'{path.parent.name}/{path.name} {size}'.encode())
    return digest.hexdigest()[:8]


def data_checksums(trained: Config, tested: Config) -> str:
    """The checksums of the images of a training and of a test.

    Args:
        trained (Config): What is trained.
        tested (Config): What is tested.
    """
    return (f'train {checksum(trained.train_dataloader.dataset)}, '
            f'test {checksum(tested.test_dataloader.dataset)}')
