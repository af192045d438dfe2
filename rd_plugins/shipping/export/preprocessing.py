"""What a config says about the way from a picture to a network's input."""
from typing import List, NamedTuple, Optional, Sequence, Union

from mmengine.config import Config

from rd_plugins.shipping.read import (image_shape, is_padded, preprocessor_cfg,
                                      side_of_dataset, test_dataset)
from rd_plugins.utils.type_name import type_name

LOADER = 'LoadImageFromFile'


def test_pipeline(cfg: Config) -> List[dict]:
    """The transforms of the test set; none but the last if there is none."""
    return list(test_dataset(cfg).get('pipeline') or cfg.get('test_pipeline')
                or [dict(type='PackInputs')])


def loads_files(cfg: Config) -> bool:
    """Whether images come from files, and not from arrays of a data set."""
    return any(type_name(step) == LOADER for step in test_pipeline(cfg))


def steps_for_files(cfg: Config, shape: tuple) -> List[dict]:
    """The test pipeline for pictures in files, whatever the data set has.

    Args:
        cfg (Config): Config of a classifier.
        shape (tuple[int]): Shape (C, H, W) of the network's input.
    """
    steps = test_pipeline(cfg)
    if loads_files(cfg):
        return steps
    # The images of the data set have their size already.
    side = side_of_dataset(cfg)
    scale = (side, side) if side and image_shape(cfg) == shape else (
        shape[2], shape[1])
    color = 'grayscale' if shape[0] == 1 else 'color'
    return [dict(type=LOADER, color_type=color),
            dict(type='Resize', scale=scale), *steps]


class Preprocessing(NamedTuple):
    """From a picture to a network's input.

    Args:
        channel_order (str, optional): ``'RGB'``, ``'BGR'`` or ``'L'`` (grey).
            None: there are others.
        size (list[int]): Height and width.
        crop (float, optional): The part of the short side that is kept, in the
            middle; 1 is all of it. None: one number does not say it.
        keep_ratio (bool): Whether the picture keeps its ratio, or is stretched
            to that of the size before its middle is cut out.
        mean (list[float]): Subtracted from pixels 0 to 255, by channel.
        std (list[float]): What they are divided by then.
    """
    channel_order: Optional[str]
    size: List[int]
    crop: Optional[float]
    keep_ratio: bool
    mean: List[float]
    std: List[float]


def channel_order(cfg: Config, channels: int) -> Optional[str]:
    """The order of a network's channels, see :class:`Preprocessing`."""
    if channels != 3:
        return 'L' if channels == 1 else None
    # Files are read as BGR, arrays of data sets are RGB.
    flips = any(preprocessor_cfg(cfg).get(key)
                for key in ('to_rgb', 'bgr_to_rgb', 'rgb_to_bgr'))
    return 'RGB' if flips == loads_files(cfg) else 'BGR'


def _pair(size: Union[int, Sequence[int]]) -> Sequence[int]:
    return (size, size) if isinstance(size, int) else size


def _crop(steps: List[dict], edge: Optional[int]) -> Optional[float]:
    """The part of the short side that is kept; None if that is not known.

    Args:
        steps (list[dict]): The test pipeline.
        edge (int, optional): The side of the data set's images.
    """
    steps = [step for step in steps
             if type_name(step) not in (LOADER, 'PackInputs')]
    scale = edge
    if steps and type_name(steps[0]) in ('ResizeEdge', 'Resize'):
        resize = steps.pop(0)
        scale = resize.get('scale')
        if not scale or resize.get('keep_ratio') or resize.get(
                'edge', 'short') != 'short':
            return None
    if not steps:
        return 1.0
    crop = steps.pop(0)
    if steps or type_name(crop) != 'CenterCrop' or \
            crop.get('efficientnet_style') or not scale:
        return None
    parts = {kept / whole for kept, whole in zip(_pair(crop['crop_size']),
                                                 _pair(scale))}
    return parts.pop() if len(parts) == 1 and max(parts) <= 1 else None


def read_preprocessing(cfg: Config, shape: tuple) -> Preprocessing:
    """What a config's test pipeline and data preprocessor do.

    Args:
        cfg (Config): Config of a classifier.
        shape (tuple[int]): Shape (C, H, W) of the network's input.
    """
    channels, *size = shape
    steps = test_pipeline(cfg)
    normalise = preprocessor_cfg(cfg)
    mean = normalise.get('mean')
    return Preprocessing(
        channel_order=channel_order(cfg, channels),
        size=size,
        crop=None if is_padded(cfg) else _crop(steps, side_of_dataset(cfg)),
        keep_ratio=not any(
            type_name(step) == 'Resize' and not step.get('keep_ratio')
            for step in steps),
        mean=list(mean or [0.0] * channels),
        # Without a mean, MMPretrain's data preprocessor divides by nothing.
        std=list(mean and normalise.get('std') or [1.0] * channels))
