"""The folder of images that a network is made plain on."""
from dataclasses import dataclass
from pathlib import Path
from typing import List

from rd_plugins.shipping.export.calibration import pictures_in
from rd_plugins.utils.errors import UsageError


@dataclass
class Data:
    """Images in ``ROOT/{train,val}/CLASS``.

    Args:
        root (str): The folder.
        classes (list[str]): Names of the classes, sorted.
        images (int): Training images.
        tests (int): Test images.
    """
    root: str
    classes: List[str]
    images: int
    tests: int


def _classes_in(folder: Path) -> List[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_dir())


def read_data(root: str) -> Data:
    """Look into a folder of images.

    Raises:
        UsageError: If it has no ``train`` and ``val``, or these have other
            classes.
    """
    parts = [Path(root) / part for part in ('train', 'val')]
    for part in parts:
        if not part.is_dir() or not _classes_in(part):
            raise UsageError(f'There is no folder of classes {part}; put '
                             'images into train/CLASS and val/CLASS.')
    train, val = map(_classes_in, parts)
    if train != val:
        other = sorted(set(train) ^ set(val))[0]
        raise UsageError(f'{root} has the class {other!r} in only one of '
                         'train and val; both need the same classes.')
    images, tests = (len(pictures_in(str(part))) for part in parts)
    if not images or not tests:
        raise UsageError(f'{root} has {images} pictures in train and {tests} '
                         'in val; both need some.')
    return Data(str(Path(root).resolve()), train, images, tests)
