import copy

import numpy as np
import pytest
import torch

from rd_plugins.models.layers import (EndOfStep, GateStates, StrictIdentity,
                                      is_open, largest_closed, peak_response)

EPSILON = 2.5


def four_relus(x, epsilon):
    """Equation 3 of the paper, literally, in float32."""
    slope = 1e6
    x = x.float()
    excess = torch.relu(x - epsilon) + torch.relu(-x - epsilon)
    return x * torch.relu(1 - slope * torch.relu(1 - slope * excess.max()))


def gate(epsilon=EPSILON, **kwargs):
    states = GateStates(1, epsilon, **kwargs)
    return StrictIdentity(states, 0)


def with_gradients(function, x):
    x = x.clone().requires_grad_()
    y = function(x)
    upstream = torch.linspace(-1, 1, y.numel()).reshape(y.shape)
    y.backward(upstream.to(y.dtype))
    return y.detach(), x.grad


def assert_parity(x, epsilon=EPSILON):
    ours, our_gradient = with_gradients(gate(epsilon), x)
    theirs, their_gradient = with_gradients(
        lambda x: four_relus(x, epsilon), x)
    assert torch.equal(ours, theirs.to(x.dtype))
    assert torch.equal(our_gradient, their_gradient)
    return bool(ours.any())


@pytest.mark.parametrize('dtype',
                         [torch.float32, torch.bfloat16, torch.float16])
def test_parity_with_the_four_relus(dtype):
    opened = {
        assert_parity((torch.randn(2, 3, 8, 8) * scale).to(dtype))
        for scale in (0.1, 0.5, 0.7, 0.8, 1, 3, 100) for _ in range(20)
    }
    assert opened == {False, True}


@pytest.mark.parametrize('sign', [-1, 1])
@pytest.mark.parametrize('dtype',
                         [torch.float32, torch.bfloat16, torch.float16])
def test_parity_at_the_border(dtype, sign):
    """The 20 numbers next to epsilon on both sides."""
    step = torch.finfo(dtype).eps * 2
    opened = []
    for count in range(-20, 21):
        x = torch.randn(2, 3, 8, 8).clamp(-2, 2).to(dtype)
        x[1, 2, 3, 4] = sign * (EPSILON + count * step)
        opened.append(assert_parity(x))
    assert opened == sorted(opened) and set(opened) == {False, True}
    if dtype != torch.float32:  # where one number is more than the slack
        assert opened.index(True) == 21


@pytest.mark.parametrize('epsilon', [0.0, 0.01, 1.5, 3.0])
def test_parity_for_other_thresholds(epsilon):
    for scale in (0.5, 0.9, 1, 1.1, 2):
        x = torch.rand(2, 3, 4, 4) - 0.5
        assert_parity(x * scale * epsilon * 2, epsilon)
    assert not assert_parity(torch.zeros(1, 1, 2, 2), epsilon)


@pytest.mark.parametrize('value', [float('nan'), float('inf'), -float('inf')])
def test_what_is_not_finite_passes(value):
    x = torch.zeros(2, 3, 4, 4)
    x[1, 0, 2, 2] = value
    y, gradient = with_gradients(gate(), x)
    assert torch.equal(y.nan_to_num(7), x.nan_to_num(7))
    assert gradient.abs().sum() > 0
    peak = peak_response(x)
    assert peak.isnan() if value != value else peak == float('inf')


def test_a_closed_gate_gives_zero_gradients_for_any_upstream():
    x = torch.rand(1, 1, 2, 2, requires_grad=True)
    gate()(x).backward(torch.full_like(x, float('nan')))
    assert torch.equal(x.grad, torch.zeros_like(x))


def test_peak_and_threshold():
    x = torch.tensor([[-3.0, 1.0], [2.0, 0.0]], dtype=torch.bfloat16)
    assert peak_response(x, torch.zeros(())) == 3
    peaks = torch.tensor([2.4, 2.5, 2.6, float('nan')])
    states = with_gates(4)
    assert states.stays_closed(peaks).tolist() == [1, 1, 0, 0]
    limit = torch.full((4, ), largest_closed(2.5))
    assert states.stays_closed(limit).all()
    assert not states.stays_closed(
        torch.nextafter(limit, torch.tensor(torch.inf))).any()
    states.set_epsilon(2.5, [0, 2])
    assert states.stays_closed(peaks).tolist() == [1, 0, 0, 0]
    states.release()
    assert not states.stays_closed(torch.zeros(4)).any()
    assert states.epsilon == 0


@pytest.mark.parametrize('epsilon', [0, 1e-3, 0.1, 1.5, 2.5, 2.6, 1e3, 1e7])
def test_the_limit_is_where_the_four_relus_turn(epsilon):
    """The next number above it passes whole; it does not itself."""
    limit = torch.tensor(largest_closed(epsilon))
    above = torch.nextafter(limit, torch.tensor(torch.inf))
    for number, passes in ((limit, False), (above, True)):
        assert bool(four_relus(number, epsilon) == number) == passes


def with_gates(count, epsilon=EPSILON):
    states = GateStates(count, epsilon)
    for index in range(count):
        StrictIdentity(states, index)
    return states


def drive(states, *steps):
    """Let the gates see these peaks, one row for each step."""
    states.train()
    for peaks in steps:
        for gate, peak in zip(states._gates, peaks):
            gate.latest.fill_(peak)
        states.end_step()


def test_states_follow_the_steps():
    states = with_gates(3)
    drive(states, (1., 9., 1.), (1., 9., 4.), (2., 9., 1.))
    assert states.closed_steps.tolist() == [3, 0, 1]
    assert states.peak.tolist() == [2, 9, 4]
    averages, total = [0.0, 0.0, 0.0], 0.0
    for step, closed in enumerate(((1, 0, 1), (1, 0, 0), (1, 0, 1))):
        decay = min(0.95, (1 + step) / (10 + step))
        averages = [
            decay * a + (1 - decay) * c for a, c in zip(averages, closed)
        ]
        total = decay * total + (1 - decay) * sum(closed)
    torch.testing.assert_close(states.closed_average, torch.tensor(averages))
    torch.testing.assert_close(states.count_average, torch.tensor(total))
    assert states.closed().tolist() == [True, False, True]
    states.start_epoch()
    assert not states.peak.any() and states.closed_steps.any()


def test_what_is_skipped():
    """Dead blocks always; closed ones in evaluation with frozen gates."""
    states = with_gates(3)
    drive(states, *[(1., 9., 1.)] * 5)
    assert states.skipped == [False, False, False]
    states.mark_dead(torch.tensor([True, False, False]))
    assert states.skipped == [True, False, False]
    assert states.eval().skipped == [True, False, True]
    with states.calibration():
        assert states.skipped == [True, False, False]
    assert states.skipped == [True, False, True]
    states.eval_gates = 'dynamic'
    assert states.eval().skipped == [True, False, False]
    drive(states, (0., 9., 9.))
    assert states.closed_steps.tolist() == [6, 0, 0]


def test_a_dead_gate_is_closed_whatever_it_saw_last():
    states = with_gates(2)
    states.mark_dead(torch.tensor([True, False]))
    drive(states, (9., 9.))
    assert states.closed_steps.tolist() == [1, 0]
    assert states.peak.tolist() == [0, 9]


def test_states_are_saved_and_loaded():
    """Also into a network that is in eval mode already, or copied."""
    states = GateStates(2, EPSILON)
    gates = [StrictIdentity(states, index) for index in range(2)]
    drive(states, *[(1., 9.)] * 5)
    states.mark_dead(torch.tensor([True, False]))
    other = GateStates(2, 1.5).eval()
    other.load_state_dict(states.state_dict())
    assert other.skipped == [True, False]
    assert other.epsilon == 1.5  # the config's, not the file's
    network = torch.nn.ModuleDict(
        dict(states=states, gate=gates[1]))
    twin = copy.deepcopy(network)
    assert twin['gate'].states is twin['states'] is not states
    assert not any(key.startswith('gate') for key in network.state_dict())


def test_gates_of_a_frozen_stage_are_open_in_training():
    states = GateStates(1, EPSILON, eval_gates='dynamic')
    frozen = StrictIdentity(states, 0).eval()
    x = torch.full((1, 1, 2, 2), EPSILON / 2)
    assert states.train().training and torch.equal(frozen(x), x)
    states.eval()
    assert not frozen(x).any()


def test_a_peak_elsewhere_than_on_a_cpu():
    """In the precision of the scalar that it is written into."""
    x = torch.ones(2, 3, device='meta', dtype=torch.bfloat16)
    assert peak_response(x).dtype == torch.bfloat16
    out = torch.zeros((), device='meta')
    assert peak_response(x, out) is out


def test_a_step_ends_after_the_last_gate():
    """Gates of frozen stages, which are in eval mode, are open."""
    states = GateStates(2, EPSILON)
    gates = [StrictIdentity(states, index) for index in range(2)]
    network = torch.nn.Sequential(*gates, EndOfStep(states))
    weak = torch.full((1, 1, 2, 2), 0.5)
    network(weak)
    assert states.closed_steps.tolist() == [1, 1]
    gates[1].eval()
    network(weak)
    assert states.closed_steps.tolist() == [2, 0]
    network.eval()(weak)  # the last stage is frozen as well
    assert states.closed_steps.tolist() == [0, 0] and states.steps == 3
    states.eval()  # a validation
    network(weak)
    assert states.steps == 3


def test_eval_modes():
    """Frozen gates look at no batch, dynamic ones do."""
    weak = torch.full((1, 1, 2, 2), 0.5)
    assert torch.equal(gate().eval()(weak), weak)
    dynamic = gate(eval_gates='dynamic').eval()
    dynamic.states.eval()
    assert not dynamic(weak).any()
    module = gate().eval()
    with module.states.calibration() as peaks:
        assert torch.equal(module(weak), weak)
        module(weak / 2)
    assert peaks.tolist() == [0.5]
    assert not module.states.steps


def test_the_border_is_open():
    """The third ReLU is 0 where the slope times the excess is just 1."""
    assert is_open(np.float32(1e-6), np.float32(0))
    assert not is_open(np.float32(0.9e-6), np.float32(0))


def test_a_network_begins_with_all_gates_open():
    states = GateStates(2, EPSILON)
    assert not any(buffer.any() for buffer in states.buffers())
    assert not states.closed().any() and states.skipped == [False, False]


def test_a_dead_block_is_closed_whatever_its_average():
    states = GateStates(2, EPSILON)
    states.mark_dead(torch.tensor([True, False]))
    assert states.closed().tolist() == [True, False]
    states.closed_average[1] = 0.5
    assert states.closed().tolist() == [True, True]


def test_a_network_without_numbers_skips_nothing():
    with torch.device('meta'):
        assert GateStates(2, EPSILON).skipped == [False, False]


def test_the_average_forgets_at_most_a_twentieth():
    states = with_gates(1)
    states.steps.fill_(10_000)
    drive(states, (0., ))  # closed
    assert states.closed_average.item() == pytest.approx(0.05)
