"""MMPretrain's crops, flips and cutouts, for a whole batch at once.

Each class takes its settings from the transform of that name in a data set's
pipeline. Crops and flips compute indices of rows and columns; the pixels are
gathered once, at the end.
"""
from itertools import accumulate
from typing import Callable, Tuple

import torch
from mmcv.transforms import RandomFlip
from mmpretrain.datasets.transforms import Cutout, RandomCrop

from rd_plugins.utils.errors import UsageError

Size = Tuple[int, int]


class BatchRandomCrop:
    """Random crops, a different one for every image.

    Args:
        transform (RandomCrop): The transform. Its padding is added to the
            images before; see :func:`padding_of`.
        size (tuple[int]): Height and width of the padded images.
    """

    def __init__(self, transform: RandomCrop, size: Size) -> None:
        self.size = tuple(transform.crop_size)
        self.room = [full - crop for full, crop in zip(size, self.size)]
        if min(self.room) < 0 or transform.pad_if_needed:
            raise UsageError(f'RandomCrop takes {self.size} out of {size}; '
                             'it must fit without pad_if_needed.')

    def draw(self, count: int, generator: torch.Generator) -> torch.Tensor:
        """Random top left corners (row, column), shape (2, count)."""
        return torch.stack([
            torch.randint(
                room + 1, (count, ),
                generator=generator,
                device=generator.device) for room in self.room
        ])

    def select(self, rows: torch.Tensor, columns: torch.Tensor,
               corners: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        """The rows (N, h) and columns (N, w) of the crops."""
        rows, columns = (
            lines.gather(1, corner[:, None] +
                         torch.arange(length, device=lines.device))
            for lines, corner, length in zip((rows, columns), corners,
                                             self.size))
        return rows, columns


class BatchFlip:
    """Random flips.

    Args:
        transform (RandomFlip): The transform, with any probabilities and
            directions.
        size (tuple[int]): Height and width of the images.
    """

    def __init__(self, transform: RandomFlip, size: Size) -> None:
        self.size = size
        directions, share = transform.direction, transform.prob
        if isinstance(directions, str):
            directions = [directions]
        if not isinstance(share, (list, tuple)):
            share = [share / len(directions)] * len(directions)
        self.directions = directions
        self.limits = list(accumulate(share))

    def draw(self, count: int, generator: torch.Generator) -> torch.Tensor:
        """Index of each image's direction, or their number for no flip."""
        chance = torch.rand(
            count, generator=generator, device=generator.device)
        return sum((chance >= limit).long() for limit in self.limits)

    def select(self, rows: torch.Tensor, columns: torch.Tensor,
               chosen: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        """The rows (N, h) and columns (N, w), some in reverse."""
        for number, direction in enumerate(self.directions):
            mirrored = (chosen == number)[:, None]
            if direction in ('vertical', 'diagonal'):
                rows = torch.where(mirrored, rows.flip(1), rows)
            if direction in ('horizontal', 'diagonal'):
                columns = torch.where(mirrored, columns.flip(1), columns)
        return rows, columns


class BatchCutout:
    """Random cutouts: a window of some images is filled with a constant.

    Args:
        transform (Cutout): The transform, with a fixed ``shape``.
        size (tuple[int]): Height and width of the images.
    """

    def __init__(self, transform: Cutout, size: Size) -> None:
        if transform.shape is None or not isinstance(transform.pad_val, int):
            raise UsageError('Cutout draws its size from a range or fills in '
                             'several values; only a fixed shape and one '
                             'value work on batches.')
        shape = transform.shape
        self.shape = (shape, shape) if isinstance(shape, int) else shape
        self.size, self.prob = size, transform.prob
        self.value = transform.pad_val

    def draw(self, count: int, generator: torch.Generator) -> torch.Tensor:
        """Random number, center row and center column, shape (3, count).

        As in mmcv, centers lie between 1 (not 0) and the last row or column.
        """
        chance, *centers = torch.rand(
            3, count, generator=generator, device=generator.device)
        return torch.stack([chance] + [
            1 + center * (full - 1)
            for center, full in zip(centers, self.size)
        ])

    def fill(self, images: torch.Tensor, drawn: torch.Tensor) -> torch.Tensor:
        """The images (N, C, H, W) with their windows filled."""
        applies = drawn[0] < self.prob
        inside = applies[:, None, None]
        for axis, (center, full, length) in enumerate(
                zip(drawn[1:], self.size, self.shape)):
            begin = (center - length / 2).clamp(min=0).long()[:, None]
            lines = torch.arange(full, device=images.device)
            within = (lines >= begin) & (lines < begin + length)
            inside = inside & within.unsqueeze(2 - axis)
        return images.masked_fill(inside[:, None], self.value)


GEOMETRY = {RandomCrop: BatchRandomCrop, RandomFlip: BatchFlip}


def padding_of(transform: Callable) -> Tuple[int, int, int, int]:
    """The padding of a transform: left, top, right and bottom, in pixels."""
    padding = getattr(transform, 'padding', None) or 0
    if isinstance(padding, int):
        padding = (padding, padding)
    return tuple(padding) * (2 if len(padding) == 2 else 1)
