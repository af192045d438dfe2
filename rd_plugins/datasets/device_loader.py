"""Serves a small data set from the memory of the training device."""
from typing import Iterator, Tuple

import numpy as np
import torch
from mmpretrain.structures import DataSample
from torch.utils.data import DataLoader, Dataset

from rd_plugins.utils.errors import UsageError
from .batch_pipeline import BatchPipeline


def read_images(dataset: Dataset,
                count: int) -> Tuple[torch.Tensor, torch.Tensor]:
    """Read images and labels of a data set that keeps them in memory.

    Args:
        dataset (Dataset): One of MMPretrain's, such as ``CIFAR10``.
        count (int): How many.

    Returns:
        tuple[Tensor, Tensor]: Images (M, H, W, C), uint8, and labels (M, ).

    Raises:
        UsageError: If it has other data than images of one size with one
            label each.
    """
    name = type(dataset).__name__
    if not hasattr(dataset, 'get_data_info') or not hasattr(
            dataset, 'pipeline'):
        raise UsageError(f'{name} is not a data set of MMPretrain\'s kind.')
    samples = (dataset.get_data_info(i) for i in range(count))
    images, labels = [], []
    for sample in samples:
        image, label = sample.get('img'), sample.get('gt_label')
        if getattr(image, 'dtype', None) != np.uint8:
            raise UsageError(f'{name} does not keep its images in memory.')
        if not isinstance(label, (int, np.integer)):
            raise UsageError(f'{name} does not have one label per image.')
        images.append(image if image.ndim == 3 else image[..., None])
        labels.append(int(label))
    sizes = {image.shape for image in images}
    if len(sizes) != 1:
        raise UsageError(f'{name} has images of {len(sizes)} sizes.')
    return torch.from_numpy(np.stack(images)), torch.tensor(labels)


class DeviceLoader(DataLoader):
    """Batches of a small data set that are cut and augmented on the device.

    It takes the place of the loader that the Runner built: the same sampler,
    hence the same images in the same order in every epoch and process, and the
    same distribution of augmentations (see :class:`BatchPipeline`), but no
    worker processes and no work per image.

    Args:
        stock (DataLoader): The loader whose data set, sampler and pipeline
            are used.
        device (torch.device | str): Where the images lie. Four times the
            images of CIFAR, padded, take 1 GB.
        one_sample (bool): Give the model one :class:`DataSample` with all
            labels of the batch. The heads join the labels anyway; a sample
            for every image would cost more than the augmentation. Defaults
            to True.

    Raises:
        UsageError: If the data set or its pipeline does not work that way.
    """

    def __init__(self,
                 stock: DataLoader,
                 device: torch.device,
                 one_sample: bool = True) -> None:
        super().__init__(stock.dataset, batch_sampler=stock.batch_sampler)
        # First the transforms: reading all images may take seconds.
        image, _ = read_images(stock.dataset, 1)
        self.augment = BatchPipeline(stock.dataset.pipeline.transforms,
                                     image.shape[1:3])
        images, labels = read_images(stock.dataset, len(stock.dataset))
        self.images = self.augment.prepare(images.to(device))
        self.labels = labels.to(device)
        self.one_sample = one_sample
        self.generator = torch.Generator(self.images.device)

    def seed(self, *entropy: int) -> None:
        """Seed what is random in the next epoch by a tuple of numbers."""
        state = np.random.SeedSequence(entropy).generate_state(1, np.uint64)
        self.generator.manual_seed(int(state[0]) >> 1)

    def __iter__(self) -> Iterator[dict]:
        """One epoch; the batches are ``default_collate``-like."""
        batches = list(self.batch_sampler)
        # One copy per epoch, not one per batch
        order = torch.tensor([index for batch in batches for index in batch])
        order = order.to(self.images.device)
        for chosen in order.split([len(batch) for batch in batches]):
            yield dict(
                inputs=self.augment(self.images, chosen, self.generator),
                data_samples=self._samples(self.labels[chosen]))

    def _samples(self, labels: torch.Tensor) -> list:
        parts = [labels] if self.one_sample else labels.split(1)
        return [DataSample().set_gt_label(part) for part in parts]
