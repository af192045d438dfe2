"""A loader for small data sets that lie on the training device."""
from typing import Iterator, Optional, Tuple

import numpy as np
import torch
from mmengine.dataset import BaseDataset, default_collate, pseudo_collate
from mmpretrain.structures import DataSample
from torch.utils.data import DataLoader, Dataset

from rd_plugins.utils.errors import UsageError
from .batch_pipeline import BatchPipeline

# What makes a batch of samples without changing them
COLLATES = (default_collate, pseudo_collate)


def own_reading(dataset: Dataset) -> Optional[str]:
    """The method by which a data set reads a sample in its own way, if so."""
    return next(
        (name for name in ('__getitem__', 'prepare_data')
         if getattr(type(dataset), name) is not getattr(BaseDataset, name)),
        None)


def read_images(dataset: Dataset,
                count: int) -> Tuple[torch.Tensor, torch.Tensor]:
    """Read the first images and labels of a data set in memory.

    Args:
        dataset (Dataset): A data set of MMPretrain, such as ``CIFAR10``.
        count (int): M, the number of images to read.

    Returns:
        tuple[Tensor, Tensor]: Images (M, H, W, C), uint8, and labels (M, ).

    Raises:
        UsageError: If the images are not in memory, differ in size, or do not
            have one label each.
    """
    name = type(dataset).__name__
    if not hasattr(dataset, 'get_data_info') or not hasattr(
            dataset, 'pipeline'):
        raise UsageError(f'{name} is not a data set of MMPretrain\'s kind.')
    method = own_reading(dataset)
    if method:
        raise UsageError(f'{name} has a {method} of its own.')
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
    """Loads and augments batches of a small data set on the device.

    It replaces the loader that the Runner has built. It has the same sampler,
    so every epoch and process gets the same images in the same order, and the
    same distribution of augmentations (see :class:`BatchPipeline`), without
    worker processes.

    Args:
        stock (DataLoader): The loader whose data set, sampler and pipeline
            are used.
        device (torch.device | str): The device of the images. Padded, CIFAR
            takes about 250 MB.
        one_sample (bool): Pass one :class:`DataSample` with all labels of the
            batch, for heads that concatenate the labels anyway: one sample
            per image takes longer than the augmentation. Defaults to False.

    Raises:
        UsageError: If the data set or its pipeline is not supported.
    """

    def __init__(self,
                 stock: DataLoader,
                 device: torch.device,
                 one_sample: bool = False) -> None:
        super().__init__(stock.dataset, batch_sampler=stock.batch_sampler)
        # Which DataLoader leaves open then, and PreciseBNHook asks for
        vars(self)['batch_size'] = stock.batch_size
        # Check the transforms first: reading all images may take seconds.
        image, _ = read_images(stock.dataset, 1)
        collate = getattr(stock.collate_fn, 'func', stock.collate_fn)
        if collate not in COLLATES:
            raise UsageError(f'The loader has a collate_fn of its own, '
                             f'{getattr(collate, "__name__", collate)}.')
        self.augment = BatchPipeline(stock.dataset.pipeline.transforms,
                                     image.shape[1:3])
        images, labels = read_images(stock.dataset, len(stock.dataset))
        self.images = self.augment.prepare(images.to(device))
        self.labels = labels.to(device)
        self.one_sample = one_sample
        self.generator = torch.Generator(self.images.device)

    def seed(self, *entropy: int) -> None:
        """Seed the augmentations of the next epoch by a tuple of numbers."""
        state = np.random.SeedSequence(entropy).generate_state(1, np.uint64)
        self.generator.manual_seed(int(state[0]) >> 1)

    def __iter__(self) -> Iterator[dict]:
        """Yield the batches of one epoch, as dicts for the preprocessor."""
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
