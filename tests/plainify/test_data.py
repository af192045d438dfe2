"""Which images count: those that MMPretrain reads."""
import pytest
from mmpretrain.datasets import CustomDataset

from rd_plugins.plainify.data import read_data
from rd_plugins.utils.errors import UsageError
from tests.helpers.pictures import CLASSES, save_pictures


def rename_all(root, ending):
    for path in root.rglob('*.png'):
        path.rename(path.with_suffix(ending))


def test_the_images_that_are_tested(tmp_path):
    """Others, and those of no class, are not."""
    root = save_pictures(tmp_path, each=2)
    rename_all(root / 'val/red', '.JPG')
    rename_all(root / 'val/blue', '.webp')
    (root / 'val/over.png').write_bytes(b'')
    (root / 'val/green/notes.tiff').write_bytes(b'')
    (root / 'val/green/.hidden.png').write_bytes(b'')
    data = read_data(str(root))
    assert data.classes == list(CLASSES)
    assert (data.images, data.tests) == (6, 4)
    assert data.tests == len(CustomDataset(str(root), 'val', pipeline=[]))


def test_none_of_them(tmp_path):
    root = save_pictures(tmp_path, each=1)
    rename_all(root / 'val', '.webp')
    with pytest.raises(UsageError, match=r'3 pictures.* 0 in val.*\.jpg, \.j'):
        read_data(str(root))
