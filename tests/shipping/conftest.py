"""A small ε-ResNet with blocks that evaluation passes over, as fixtures."""
import pytest

from tests.shipping.closed_blocks import read_frozen, save_closed


@pytest.fixture
def closed_files(run_dir):
    """Its config and its checkpoint."""
    return save_closed(run_dir)


@pytest.fixture
def closed(closed_files):
    """The model, with frozen gates."""
    return read_frozen(*closed_files)
