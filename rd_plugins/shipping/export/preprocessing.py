"""What a config says about the way from a picture to a network's input."""
from typing import List, NamedTuple, Optional

from mmengine.config import Config

from rd_plugins.shipping.read import preprocessor_cfg

LOADER = 'LoadImageFromFile'


def kind(cfg: dict) -> str:
    """The type of a config without its scope."""
    return str(cfg.get('type')).split('.')[-1]


def test_pipeline(cfg: Config) -> List[dict]:
    """The transforms of the test set; none but the last if there is none."""
    dataset = (cfg.get('test_dataloader') or {}).get('dataset', {})
    return list(dataset.get('pipeline') or cfg.get('test_pipeline')
                or [dict(type='PackInputs')])


def loads_files(cfg: Config) -> bool:
    """Whether images come from files, and not from arrays of a data set."""
    return any(kind(step) == LOADER for step in test_pipeline(cfg))


class Preprocessing(NamedTuple):
    """From a picture to a network's input.

    Args:
        channel_order (str): ``'RGB'``, ``'BGR'`` or ``'L'`` (grey).
        size (list[int]): Height and width.
        crop (float): The part of the short side that is kept, in the middle;
            1 is all of it.
        keep_ratio (bool): Whether the middle is cut out, or the whole picture
            is stretched to the size.
        mean (list[float]): Subtracted from pixels 0 to 255, by channel.
        std (list[float]): What they are divided by then.
    """
    channel_order: str
    size: List[int]
    crop: float
    keep_ratio: bool
    mean: List[float]
    std: List[float]


def _order(cfg: Config, channels: int) -> str:
    if channels == 1:
        return 'L'
    # Files are read as BGR, arrays of data sets are RGB.
    flips = bool(preprocessor_cfg(cfg).get('to_rgb'))
    return 'RGB' if flips == loads_files(cfg) else 'BGR'


def read_preprocessing(cfg: Config, shape: tuple) -> Preprocessing:
    """What a config's test pipeline and data preprocessor do.

    Args:
        cfg (Config): Config of a classifier.
        shape (tuple[int]): Shape (C, H, W) of the network's input.
    """
    channels, *size = shape
    edge: Optional[int] = None
    stretched = False
    for step in test_pipeline(cfg):
        if kind(step) == 'ResizeEdge':
            edge = step['scale']
        stretched |= kind(step) == 'Resize' and not step.get('keep_ratio')
    normalise = preprocessor_cfg(cfg)
    return Preprocessing(
        channel_order=_order(cfg, channels),
        size=size,
        crop=min(size) / edge if edge else 1.0,
        keep_ratio=not stretched,
        mean=list(normalise.get('mean') or [0.0] * channels),
        std=list(normalise.get('std') or [1.0] * channels))
