import math

import pytest
from mmengine.logging import MessageHub

from rd_plugins.models.utils import CosineDecay, training_progress
from rd_plugins.utils.errors import UsageError


@pytest.mark.parametrize('floor, epochs, values', [
    (0.5, (0, 15, 30, 45, 60, 199), (1, 0.93, 0.75, 0.57, 0.5, 0.5)),
    (5e-3, (0, 15, 30, 45, 60, 119), (1, 0.85, 0.5, 0.15, 0.005, 0.005)),
])
def test_weights_of_the_released_code(floor, epochs, values):
    """Section 2.3 of the spec, a horizon of 60 epochs."""
    weight = CosineDecay(start=1, end=floor, horizon=60 / 200)
    for epoch, value in zip(epochs, values):
        assert weight(epoch / 200) == pytest.approx(value, abs=6e-3)


def test_formula():
    weight = CosineDecay(start=0.8, end=0.2, horizon=0.4)
    expected = 0.2 + 0.6 * (1 + math.cos(math.pi * 0.1 / 0.4)) / 2
    assert weight(0.1) == pytest.approx(expected)


def test_an_end_of_zero_is_exactly_zero():
    assert CosineDecay(end=0, horizon=0.5)(0.5) == 0


@pytest.mark.parametrize('kwargs', [
    dict(horizon=0), dict(horizon=1.1), dict(start=0.1, end=0.2),
    dict(end=-0.1)
])
def test_impossible_schedules(kwargs):
    with pytest.raises(UsageError, match='start >= end >= 0'):
        CosineDecay(**kwargs)


def test_progress_of_the_run(progress):
    assert training_progress() == 0
    progress(0.25)
    assert training_progress() == 0.25


def test_progress_of_a_phase(progress):
    """From 0 to 1 between the steps that a PhaseHook has named."""
    progress(0.45)
    hub = MessageHub.get_current_instance()
    hub.update_info('progress_begin', 200)
    hub.update_info('progress_end', 700)
    assert training_progress() == 0.5


def test_progress_without_a_run():
    assert training_progress() == 0
    MessageHub.get_current_instance().update_info('max_iters', 10)
    assert training_progress() == 0  # no step yet


def test_defaults():
    assert CosineDecay()(0) == 1 and CosineDecay()(1) == 0
