"""The augmentations of SVHN in ε-ResNet's released code."""
from typing import Sequence, Tuple

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness

from rd_plugins.registry import TRANSFORMS
from rd_plugins.utils.errors import UsageError, check_number


@TRANSFORMS.register_module()
class BrightnessContrast(BaseTransform):
    """Add a random number, then scale around each channel's mean.

    Args:
        brightness (float): The number is uniform in
            [-brightness, brightness], in units of 1/255. Defaults to 10.
        contrast (tuple[float, float]): The range of the scale.
            Defaults to (0.8, 1.2).

    Raises:
        UsageError: If a range is empty.
    """

    def __init__(
        self,
        brightness: float = 10,
        contrast: Tuple[float, float] = (0.8, 1.2)
    ) -> None:
        check_number('BrightnessContrast', 'brightness', brightness)
        if len(contrast) != 2:
            raise UsageError(f'BrightnessContrast has contrast={contrast}; '
                             'give the two ends of a range.')
        for value in contrast:
            check_number('BrightnessContrast', 'contrast', value)
        if brightness < 0 or not 0 <= contrast[0] <= contrast[1]:
            raise UsageError(
                f'BrightnessContrast has brightness={brightness} and '
                f'contrast={contrast}; it needs brightness >= 0 and a range '
                'of contrast that rises from 0 or more.')
        self.brightness = brightness
        self.contrast = contrast

    @cache_randomness
    def _draw(self) -> Tuple[float, float]:
        return (np.random.uniform(-self.brightness, self.brightness),
                np.random.uniform(*self.contrast))

    def transform(self, results: dict) -> dict:
        """Augment ``results['img']``, shape (H, W, C), uint8."""
        added, scale = self._draw()
        image = np.clip(results['img'].astype(np.float32) + added, 0, 255)
        mean = image.mean((0, 1), keepdims=True)
        image = np.clip((image - mean) * scale + mean, 0, 255)
        results['img'] = image.astype(np.uint8)
        return results


@TRANSFORMS.register_module()
class GaussianDeform(BaseTransform):
    """Deform an image by random offsets of some anchors.

    A pixel moves by the sum of the anchors' random offsets, each weighted by a
    Gaussian of its distance to the anchor.

    Args:
        max_offset (float): Largest offset of an anchor along each axis, in
            pixels. Defaults to 3.
        sigma (float): The square of a distance, relative to the image's side,
            at which the weight has fallen to 1/e. Defaults to 0.2.
        anchors (Sequence[tuple[float, float]]): Coordinates (y, x) of the
            anchors, relative to the image's sides. Defaults to four anchors
            around the centre.
    """

    def __init__(
        self,
        max_offset: float = 3,
        sigma: float = 0.2,
        anchors: Sequence[Tuple[float, float]] = ((0.2, 0.2), (0.2, 0.8),
                                                  (0.8, 0.8), (0.8, 0.2))
    ) -> None:
        check_number('GaussianDeform', 'max_offset', max_offset)
        check_number('GaussianDeform', 'sigma', sigma)
        if max_offset < 0 or sigma <= 0:
            raise UsageError(f'GaussianDeform has max_offset={max_offset} and '
                             f'sigma={sigma}; the first is 0 or more, the '
                             'second above 0.')
        self.max_offset = max_offset
        self.sigma = sigma
        self.anchors = np.asarray(anchors, np.float32)
        if self.anchors.ndim != 2 or self.anchors.shape[1] != 2:
            raise UsageError(f'GaussianDeform has anchors={anchors}; give '
                             'pairs (y, x), such as [(0.2, 0.2)].')

    @cache_randomness
    def _draw(self) -> np.ndarray:
        return np.random.uniform(-self.max_offset, self.max_offset,
                                 self.anchors.shape)

    def transform(self, results: dict) -> dict:
        """Augment ``results['img']``, shape (H, W, C)."""
        image = results['img']
        height, width = image.shape[:2]
        y, x = np.mgrid[:height, :width].astype(np.float32)
        for (anchor_y, anchor_x), (move_y, move_x) in zip(
                self.anchors, self._draw()):
            grid_y, grid_x = np.mgrid[:height, :width]
            distance = ((grid_y / height - anchor_y)**2 +
                        (grid_x / width - anchor_x)**2)
            weight = np.exp(-distance / self.sigma)
            y += (weight * move_y).astype(np.float32)
            x += (weight * move_x).astype(np.float32)
        image = cv2.remap(
            image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        results['img'] = image.reshape(results['img'].shape)
        return results
