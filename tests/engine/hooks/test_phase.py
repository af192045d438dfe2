import math

import pytest

from rd_plugins.engine import Phase
from rd_plugins.utils.errors import UsageError


def test_what_trains():
    phase = Phase('stage 1', 1, train=['backbone.layer1', 'head.fc.bias'])
    for name in ('backbone.layer1', 'backbone.layer1.0.conv1.weight',
                 'head.fc.bias'):
        assert phase.trains(name)
    for name in ('backbone.layer10.0', 'backbone', 'head.fc.weight', ''):
        assert not phase.trains(name)
    assert Phase('all', 1).trains('anything')


def test_steps():
    """The seed's own schedule: 0.1, divided by 10 after epochs 14 and 24."""
    phase = Phase('stage', 30, lr=0.1, milestones=[14, 24])
    rates = [phase.learning_rate(epoch) for epoch in range(30)]
    assert rates == pytest.approx([0.1] * 14 + [0.01] * 10 + [0.001] * 6)
    soon = Phase('soon', 2, lr=1, milestones=[1])
    assert soon.learning_rate(1) == pytest.approx(0.1)


def test_cosine_and_warmup():
    phase = Phase('all', 10, lr=0.2, schedule='cosine', warmup=2)
    half = 0.5 * (1 + math.cos(math.pi / 10))
    assert phase.learning_rate(0) == pytest.approx(0.02)
    assert phase.learning_rate(1) == pytest.approx(0.2 * 0.55 * half)
    assert phase.learning_rate(5) == pytest.approx(0.1)
    assert phase.learning_rate(10) == pytest.approx(0)


@pytest.mark.parametrize('kwargs, message', [
    (dict(epochs=0), 'epochs=0; it has to be a whole number'),
    (dict(epochs=1.5), 'epochs=1.5'),
    (dict(epochs=1, train='head'), "train='head'; give 'all' or a list"),
    (dict(epochs=1, train=[]), r"train=\[\]; give 'all'"),
    (dict(epochs=1, schedule='cosine'), 'a schedule but no lr'),
    (dict(epochs=5, lr=1, milestones=[5]), 'milestones entry=5; .* below 5'),
    (dict(epochs=5, lr=1, warmup=-1), 'warmup=-1'),
    (dict(epochs=5, lr=1, schedule='cosine', milestones=[2]),
     "'cosine' and milestones"),
    (dict(epochs=1, schedule='poly'), "schedule='poly'; choose one of 'step'"),
])
def test_impossible_phases(kwargs, message):
    with pytest.raises(UsageError, match=f"Phase 'x'.*{message}"):
        Phase('x', **kwargs)


def test_defaults_and_names_of_objectives():
    phase = Phase('x', 1, loss='stage1')
    assert phase.reset_optimizer and phase.active == ['stage1']
    assert Phase('x', 1, objectives=['a', 'b']).active == ['a', 'b']
    assert Phase('x', 1).active is None
    with pytest.raises(UsageError, match='give objectives alone'):
        Phase('x', 1, loss='a', objectives=['b'])
