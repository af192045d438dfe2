import pytest

from rd_plugins.tables import queue
from tests.helpers.forked import FORKING


@pytest.fixture
def warm_queue(monkeypatch):
    """Trainings and tests that need not import everything anew."""
    monkeypatch.setattr(queue, 'subprocess', FORKING)
