"""What a config says about the way from a picture to a network's input."""
from typing import List, NamedTuple, Optional, Sequence, Union

from mmengine.config import Config

from rd_plugins.shipping.read import (preprocessor_cfg, side_of_dataset,
                                      test_dataset)
from rd_plugins.utils.type_name import type_name

LOADER = 'LoadImageFromFile'


def test_pipeline(cfg: Config) -> List[dict]:
    """The transforms of the test set; none but the last if there is none."""
    return list(test_dataset(cfg).get('pipeline') or cfg.get('test_pipeline')
                or [dict(type='PackInputs')])


def loads_files(cfg: Config) -> bool:
    """Whether images come from files, and not from arrays of a data set."""
    return any(type_name(step) == LOADER for step in test_pipeline(cfg))


class Preprocessing(NamedTuple):
    """From a picture to a network's input.

    Args:
        channel_order (str): ``'RGB'``, ``'BGR'`` or ``'L'`` (grey).
        size (list[int]): Height and width.
        crop (float, optional): The part of the short side that is kept, in the
            middle; 1 is all of it. None: the config says it in no such way.
        keep_ratio (bool): Whether the picture keeps its ratio, or is stretched
            to that of the size before its middle is cut out.
        mean (list[float]): Subtracted from pixels 0 to 255, by channel.
        std (list[float]): What they are divided by then.
    """
    channel_order: str
    size: List[int]
    crop: Optional[float]
    keep_ratio: bool
    mean: List[float]
    std: List[float]


def _order(cfg: Config, channels: int) -> str:
    if channels == 1:
        return 'L'
    # Files are read as BGR, arrays of data sets are RGB.
    flips = bool(preprocessor_cfg(cfg).get('to_rgb'))
    return 'RGB' if flips == loads_files(cfg) else 'BGR'


def _side(size: Union[int, Sequence[int]]) -> int:
    return size if isinstance(size, int) else min(size)


def _crop(steps: List[dict], edge: Optional[int]) -> Optional[float]:
    """The part of the short side that is kept; None if that is not known.

    Args:
        steps (list[dict]): The test pipeline.
        edge (int, optional): The side of the data set's images.
    """
    steps = [step for step in steps
             if type_name(step) not in (LOADER, 'PackInputs')]
    if steps and type_name(steps[0]) in ('ResizeEdge', 'Resize'):
        resize = steps.pop(0)
        edge = _side(resize['scale'])
        if resize.get('edge', 'short') != 'short' or resize.get('keep_ratio'):
            return None
    if not steps:
        return 1.0
    crop = steps.pop(0)
    if steps or type_name(crop) != 'CenterCrop' or \
            crop.get('efficientnet_style') or not edge:
        return None
    return _side(crop['crop_size']) / edge


def read_preprocessing(cfg: Config, shape: tuple) -> Preprocessing:
    """What a config's test pipeline and data preprocessor do.

    Args:
        cfg (Config): Config of a classifier.
        shape (tuple[int]): Shape (C, H, W) of the network's input.
    """
    channels, *size = shape
    steps = test_pipeline(cfg)
    normalise = preprocessor_cfg(cfg)
    return Preprocessing(
        channel_order=_order(cfg, channels),
        size=size,
        crop=_crop(steps, side_of_dataset(cfg)),
        keep_ratio=not any(
            type_name(step) == 'Resize' and not step.get('keep_ratio')
            for step in steps),
        mean=list(normalise.get('mean') or [0.0] * channels),
        std=list(normalise.get('std') or [1.0] * channels))
