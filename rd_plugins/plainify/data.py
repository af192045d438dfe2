"""The folder of images that a network is made plain on."""
import inspect
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List

from mmpretrain.datasets.custom import CustomDataset, find_folders, get_samples

from rd_plugins.utils.errors import UsageError

# The endings of the files that MMPretrain reads
ENDINGS = inspect.signature(CustomDataset).parameters['extensions'].default


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


def _classes_in(folder: Path) -> Dict[str, int]:
    """Names of the classes with their numbers, as MMPretrain finds them."""
    return find_folders(str(folder))[1] if folder.is_dir() else {}


def _count(folder: Path) -> int:
    """How many images of a folder MMPretrain reads."""
    found, _ = get_samples(
        str(folder), _classes_in(folder),
        lambda name: name.lower().endswith(ENDINGS))
    return len(found)


def read_data(root: str) -> Data:
    """Look into a folder of images.

    Raises:
        UsageError: If it has no ``train`` and ``val``, or these have other
            classes.
    """
    parts = [Path(root) / part for part in ('train', 'val')]
    for part in parts:
        if not _classes_in(part):
            raise UsageError(f'There is no folder of classes {part}; put '
                             'images into train/CLASS and val/CLASS.')
    train, val = (sorted(_classes_in(part)) for part in parts)
    if train != val:
        other = sorted(set(train) ^ set(val))[0]
        raise UsageError(f'{root} has the class {other!r} in only one of '
                         'train and val; both need the same classes.')
    images, tests = map(_count, parts)
    if not images or not tests:
        raise UsageError(f'{root} has {images} pictures in train and {tests} '
                         f'in val; both need some ({", ".join(ENDINGS)}).')
    return Data(str(Path(root).resolve()), train, images, tests)
