"""The connectors of JointRD's feature distance."""
import pytest

from rd_plugins.models.objectives.feature_loss import build_connector


def test_connectors_begin_as_released():
    """A normal distribution of variance 2 / C."""
    weight = build_connector(256)[0].weight
    assert weight.std().item() == pytest.approx((2 / 256)**0.5, rel=0.02)
