"""The pipeline of a data set, for a whole batch at once."""
from typing import Callable, List, Optional, Sequence

import mmcv
import numpy as np
import torch
from mmpretrain.datasets.transforms import Cutout, PackInputs

from rd_plugins.utils.errors import UsageError
from .batch_pixel_transforms import PIXEL_TRANSFORMS
from .batch_transforms import GEOMETRY, BatchCutout, Size, padding_of


class BatchPipeline:
    """The pipeline of a data set, for batches on a device.

    Args:
        transforms (Sequence): The transforms of the pipeline, in this order:
            those of SVHN, crops and flips (only the first may pad), cutouts,
            :class:`PackInputs`.
        size (tuple[int]): Height and width of the images.

    Raises:
        UsageError: If there are other transforms, or in another order.
    """

    def __init__(self, transforms: Sequence[Callable], size: Size) -> None:
        self.pixel_transforms: List = []
        self.geometry: List = []
        self.cutouts: List[BatchCutout] = []
        self.padding, self.pad_value = (0, 0, 0, 0), 0
        names = [type(transform).__name__ for transform in transforms]
        last = transforms[-1] if transforms else None
        if type(last) is not PackInputs or last.algorithm_keys:
            raise UsageError(f'The pipeline {names} does not end with a '
                             'PackInputs of images and labels alone.')
        for transform, name in zip(transforms[:-1], names):
            new_size = self._add(transform, size)
            if new_size is None:
                raise UsageError(
                    f'The pipeline {names} has {name} at a place where it '
                    'does not work on batches.')
            size = new_size

    def _add(self, transform: Callable, size: Size) -> Optional[Size]:
        """Add a transform; returns the new size, None if not supported."""
        kind = type(transform)
        if kind is Cutout:
            self.cutouts.append(BatchCutout(transform, size))
            return size
        if kind in PIXEL_TRANSFORMS and not (self.geometry or self.cutouts):
            self.pixel_transforms.append(PIXEL_TRANSFORMS[kind](transform))
            return size
        padding = padding_of(transform)
        if kind not in GEOMETRY or self.cutouts or (self.geometry
                                                    and any(padding)):
            return None
        if any(padding):
            self.padding, self.pad_value = padding, transform.pad_val
        left, top, right, bottom = padding
        size = (size[0] + top + bottom, size[1] + left + right)
        self.geometry.append(GEOMETRY[kind](transform, size))
        return self.geometry[-1].size

    def prepare(self, images: torch.Tensor) -> torch.Tensor:
        """Pad all images once, if padding comes first in the pipeline.

        Args:
            images (Tensor): Shape (M, H, W, C), uint8.

        Returns:
            Tensor: The images, padded unless :meth:`__call__` pads them.
        """
        return images if self.pixel_transforms else self._pad(images)

    def _pad(self, images: torch.Tensor) -> torch.Tensor:
        left, top, right, bottom = self.padding
        count, height, width, channels = images.shape
        # mmcv decides how one padding value applies to several channels.
        pixel = np.zeros((1, 1, channels), np.uint8)
        border = mmcv.impad(pixel, padding=1, pad_val=self.pad_value)[0, 0]
        padded = images.new_empty(count, height + top + bottom,
                                  width + left + right, channels)
        for channel, value in enumerate(np.atleast_1d(border).tolist()):
            padded[..., channel] = value
        padded[:, top:top + height, left:left + width] = images
        return padded

    def _change(self, images: torch.Tensor,
                generator: torch.Generator) -> torch.Tensor:
        """Compute new pixels for a batch (N, H, W, C), and pad it."""
        images = images.permute(0, 3, 1, 2)
        for step in self.pixel_transforms:
            images = step.apply(images, step.draw(len(images), generator))
        return self._pad(images.permute(0, 2, 3, 1))

    def __call__(self, images: torch.Tensor, chosen: torch.Tensor,
                 generator: torch.Generator) -> torch.Tensor:
        """Augment some of the images.

        Args:
            images (Tensor): All images, prepared, shape (M, H, W, C), uint8.
            chosen (Tensor): Indices of the images of the batch, shape (N, ).
            generator (Generator): The source of all random numbers, on the
                same device.

        Returns:
            Tensor: The batch, shape (N, C, h, w), uint8.
        """
        count = len(chosen)
        if self.pixel_transforms:
            images = self._change(images[chosen], generator)
            chosen = torch.arange(count, device=images.device)
        _, height, width, channels = images.shape
        rows = torch.arange(height, device=images.device).expand(count, -1)
        columns = torch.arange(width, device=images.device).expand(count, -1)
        for step in self.geometry:
            rows, columns = step.select(rows, columns,
                                        step.draw(count, generator))
        lines = chosen[:, None] * height + rows
        pixels = lines[:, :, None] * width + columns[:, None, :]
        batch = images.view(-1, channels).index_select(0, pixels.flatten())
        batch = batch.view(*pixels.shape, channels)
        batch = batch.permute(0, 3, 1, 2).contiguous()
        for cutout in self.cutouts:
            batch = cutout.fill(batch, cutout.draw(count, generator))
        return batch
