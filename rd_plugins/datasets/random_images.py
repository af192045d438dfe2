"""Random images for benchmarks."""
from typing import List

import numpy as np
from mmpretrain.datasets import BaseDataset

from rd_plugins.registry import DATASETS
from rd_plugins.utils.errors import check_number


@DATASETS.register_module()
class RandomImages(BaseDataset):
    """Random images and labels.

    Speed does not depend on the content of images, so benchmarks need no data.

    Args:
        images (int): Number of images. Defaults to 2560.
        size (int): Height and width in pixels. Defaults to 32.
        channels (int): Defaults to 3.
        num_classes (int): Defaults to 10.
        **kwargs: Every other argument of
            :class:`mmpretrain.datasets.BaseDataset`.
    """

    def __init__(self,
                 images: int = 2560,
                 size: int = 32,
                 channels: int = 3,
                 num_classes: int = 10,
                 **kwargs) -> None:
        for name, value in (('images', images), ('size', size),
                            ('channels', channels),
                            ('num_classes', num_classes)):
            check_number('RandomImages', name, value, at_least=1, whole=True)
        self.shape = (images, size, size, channels)
        self.num_classes = num_classes
        super().__init__(
            ann_file='',
            metainfo=dict(classes=[str(i) for i in range(num_classes)]),
            **kwargs)

    def load_data_list(self) -> List[dict]:
        """List the samples, from a fixed seed."""
        generator = np.random.default_rng(0)
        images = generator.integers(0, 256, self.shape, dtype=np.uint8)
        labels = generator.integers(0, self.num_classes, len(images))
        return [
            dict(img=image, gt_label=int(label))
            for image, label in zip(images, labels)
        ]
