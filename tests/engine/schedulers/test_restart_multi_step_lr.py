import copy

import pytest
import torch
from mmengine.optim import LinearLR, MultiStepLR
from torch.optim import SGD

from rd_plugins.engine import RestartMultiStepLR
from rd_plugins.models.layers import GateStates, StrictIdentity
from rd_plugins.utils.errors import UsageError

CIFAR = dict(
    milestones=[82, 123, 300],
    factors=[0.1, 0.01, 0.002],
    restart_milestones=[41, 61, 150])


def schedule(end=1000, **kwargs):
    optimizer = SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    return RestartMultiStepLR(optimizer, end=end, **{**CIFAR, **kwargs})


def rates(scheduler, epochs, losses=(), averages=None):
    """The learning rate of each epoch, counted from 1 as in the paper's code.

    ``losses`` are the epochs at whose end one more block is closed.
    """
    optimizer = scheduler.optimizer
    seen = {}
    for epoch in epochs:
        seen[epoch] = optimizer.param_groups[0]['lr']
        closed = sum(loss <= epoch for loss in losses)
        average = averages(epoch) if averages else float(closed)
        scheduler.observe(closed, average)
        scheduler.step()
    return seen


def assert_trace(seen, borders):
    """``borders`` name the first epoch of each new value."""
    expected, value = {}, 0.1
    for epoch in seen:
        value = borders.get(epoch, value)
        expected[epoch] = value
    assert seen == pytest.approx(expected)


@pytest.mark.parametrize('rule', ['maximum', 'reference'])
@pytest.mark.parametrize('losses, borders', [
    ((), {83: .01, 124: .001, 301: .0002}),
    ((10, ), {52: .01, 72: .001, 161: .0002}),
    ((10, 60), {52: .01, 61: .1, 102: .01, 122: .001, 211: .0002}),
])
def test_traces_of_the_released_code(rule, losses, borders):
    """A value holds from the epoch after the one that the code names."""
    seen = rates(schedule(rule=rule), range(1, 400), losses)
    assert_trace(seen, borders)


def test_schedule_of_svhn():
    scheduler = schedule(
        end=200, milestones=[20, 28, 50], factors=[0.1, 0.01, 0.001],
        restart_milestones=[10, 14, 25])
    assert_trace(
        rates(scheduler, range(1, 90), (30, )),
        {21: .01, 29: .001, 31: .1, 41: .01, 45: .001, 56: .0001})


@pytest.fixture(scope='module')
def averages():
    """Moving averages at the ends of epochs of 390 steps.

    From the second on, every epoch one more block is closed in all steps.
    """
    states = GateStates(16, 2.5).train()
    gates = [StrictIdentity(states, index) for index in range(16)]
    values = []
    for epoch in range(16):
        for _ in range(390):
            for index, gate in enumerate(gates):
                gate.latest.fill_((index >= epoch) * 9.0)
            states.end_step()
        values.append(float(states.count_average))
    return values


def triggers(rule, averages):
    scheduler = schedule(rule=rule)
    found = []
    for closed, average in enumerate(averages):
        if scheduler.observe(closed, average):
            found.append(closed)
        scheduler.step()
    return found


def test_losses_that_rounding_hid_are_seen(averages):
    """In float32 the average ends at 0.9999995: the code missed these."""
    every = set(range(1, 16))
    assert every - set(triggers('reference', averages)) == {1, 2, 3, 5, 9}
    assert set(triggers('maximum', averages)) == every


def test_a_block_that_comes_back_counts_once():
    counts = [0, 4, 4, 3, 3, 4, 4, 5, 5]
    scheduler = schedule()
    found = [scheduler.observe(count, float(count)) for count in counts]
    assert [i for i, restarts in enumerate(found) if restarts] == [1, 7]
    scheduler = schedule(rule='reference')
    found = [scheduler.observe(count, float(count)) for count in counts]
    assert [i for i, restarts in enumerate(found) if restarts] == [1, 5, 7]


def test_the_reference_never_restarts_after_the_first_epoch():
    assert not schedule(rule='reference').observe(3, 3.0)
    assert schedule().observe(3, 3.0)


def test_cooldown_puts_a_restart_off():
    scheduler = schedule(cooldown=5)
    found = []
    for epoch in range(1, 20):
        if scheduler.observe(int(epoch >= 3) + int(epoch >= 4), 0.0):
            found.append(epoch)
        scheduler.step()
    assert found == [3, 8]


@pytest.mark.parametrize('tail, last', [(None, 850), (100, 900), (0, 1000)])
def test_the_end_of_the_run_has_no_restart(tail, last):
    scheduler = schedule(tail=tail)
    found = []
    for epoch in range(1, 1001):
        if scheduler.observe(epoch, 0.0):
            found.append(epoch)
        scheduler.step()
    assert found == list(range(1, last + 1))


def test_without_restarts_it_is_an_ordinary_schedule():
    scheduler = schedule(restart_milestones=None)
    seen = rates(scheduler, range(1, 400), range(1, 300, 7))
    assert_trace(seen, {83: .01, 124: .001, 301: .0002})


def test_a_warm_up_goes_before():
    """As beside MMEngine's MultiStepLR, in MMPretrain's order and not."""
    def rates_with(kind, **options):
        optimizer = SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
        schedulers = [
            LinearLR(optimizer, start_factor=0.01, by_epoch=False, end=15),
            kind(optimizer, milestones=[3, 5], **options)]
        seen = []
        for step in range(60):
            seen.append(optimizer.param_groups[0]['lr'])
            schedulers[0].step()
            if step % 10 == 9:
                schedulers[1].step()
        return seen

    found = rates_with(RestartMultiStepLR, factors=[0.1, 0.01])
    assert found == pytest.approx(rates_with(MultiStepLR))
    assert min(found[:30]) == pytest.approx(0.001)


@pytest.mark.parametrize('stop', [5, 10, 11, 51, 52, 60, 61])
def test_resume_before_at_and_after_a_restart(stop):
    losses, whole = (10, 60), schedule()
    expected = rates(whole, range(1, 130), losses)
    first = schedule()
    seen = rates(first, range(1, stop + 1), losses)
    resumed = schedule()
    resumed.load_state_dict(copy.deepcopy(first.state_dict()))
    resumed.optimizer.load_state_dict(first.optimizer.state_dict())
    seen.update(rates(resumed, range(stop + 1, 130), losses))
    assert seen == expected


def test_groups_keep_their_own_learning_rates():
    groups = [dict(params=[torch.zeros(1)], lr=lr) for lr in (0.1, 0.02)]
    scheduler = RestartMultiStepLR(
        SGD(groups, lr=0.1), milestones=[1], factors=[0.5])
    scheduler.step()
    assert scheduler.get_last_value() == pytest.approx([0.05, 0.01])


@pytest.mark.parametrize('kwargs, message', [
    (dict(factors=[0.1]), r'milestones=\[82, 123, 300\] with the factors'),
    (dict(milestones=[5, 3, 9]), 'rise from 1 on'),
    (dict(restart_milestones=[0, 1, 2]), 'restart_milestones=.0, 1, 2'),
    (dict(milestones=[1.5, 2, 3]), 'milestones entry=1.5'),
    (dict(tail=1.5), 'tail=1.5; it has to be a whole number'),
    (dict(rule='minimum'), "rule='minimum'; choose one of 'maximum'"),
    (dict(by_epoch=False), 'leave out by_epoch=False'),
])
def test_what_makes_no_schedule(kwargs, message):
    with pytest.raises(UsageError, match=message):
        schedule(**kwargs)


def test_factors_of_restarts_need_milestones():
    with pytest.raises(UsageError, match='no restart_milestones'):
        schedule(restart_milestones=None, restart_factors=[0.1, 0.01, 0.002])
    both = schedule(restart_factors=[0.5, 0.05, 0.01])
    assert both.restart_factors == [0.5, 0.05, 0.01]
