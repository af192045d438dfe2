"""Properties of the numerical core, for inputs that hypothesis chooses.

The tests beside the modules compare with numbers from the papers; these say
what has to hold for every input.
"""
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from rd_plugins.engine import Phase, RestartMultiStepLR
from rd_plugins.models.backbones.fade import ORDERS, Fade
from rd_plugins.models.layers import (DiracConv2d, GateStates, StrictIdentity,
                                      largest_closed, peak_response)
from rd_plugins.models.layers.gate_states import SLOPE
from rd_plugins.models.objectives.logit_loss import softened_divergence
from rd_plugins.models.objectives.margin_loss import negative_margin
from rd_plugins.models.utils import CosineDecay, fold_conv_norm
from rd_plugins.utils.errors import NumberRange, UsageError

# The same examples in every run, few enough for seconds
settings.register_profile('core', max_examples=40, derandomize=True,
                          deadline=None, database=None)
settings.load_profile('core')

SHARES = st.floats(0, 1)
NUMBERS = st.floats(-50, 50, width=32)
TENSORS = st.lists(NUMBERS, min_size=4, max_size=4).map(
    lambda values: torch.tensor(values).view(1, 1, 2, 2))
SEEDS = st.integers(0, 2**16)


# Schedules


@given(st.floats(0, 1), st.floats(0, 5), st.floats(0.01, 1), SHARES, SHARES)
def test_a_decay_falls_from_start_to_end(end, more, horizon, a, b):
    decay = CosineDecay(end + more, end, horizon)
    first, last = sorted((a, b))
    assert decay(0) == pytest.approx(decay.start)
    assert decay.start + 1e-9 >= decay(first) >= decay(last) - 1e-9
    assert decay(last) >= decay.end - 1e-9
    if last >= horizon:
        assert decay(last) == end
    middle = (decay.start + decay.end) / 2
    assert decay(horizon / 2) == pytest.approx(middle)


@given(st.floats(0, 0.8), st.floats(0.01, 0.19), st.sampled_from(ORDERS),
       st.integers(1, 12), SHARES)
def test_a_fade_ends_plain_and_block_by_block(begin, length, order, count,
                                              progress):
    fade = Fade(begin=begin, horizon=begin + length, order=order)
    weights = [block.weight(progress) for block in fade.blocks([count])]
    assert all(0 <= weight <= 1 for weight in weights)
    if progress <= begin:
        assert weights == [1.0] * count
    if progress > begin + length * (1 + 1e-6):
        assert weights == [0.0] * count
    if order == 'together':
        assert len(set(weights)) == 1
    else:
        assert weights == sorted(weights, reverse=order == 'last_to_first')
        # One fades at a time; rounding may begin the next one early.
        assert sum(1e-9 < weight < 1 - 1e-9 for weight in weights) <= 1


@given(st.sampled_from(ORDERS), st.integers(1, 9))
def test_windows_of_blocks_fill_the_fade(order, count):
    fade = Fade(begin=0.1, horizon=0.7, order=order)
    windows = sorted((block.begin, block.horizon)
                     for block in fade.blocks([count]))
    assert windows[0][0] == pytest.approx(0.1)
    assert windows[-1][1] == pytest.approx(0.7)
    if order != 'together':
        for (_, end), (begin, _) in zip(windows, windows[1:]):
            assert end == pytest.approx(begin)


@given(st.integers(1, 40), st.floats(1e-4, 10), st.floats(0.01, 0.9),
       st.lists(st.integers(1, 39), max_size=4), SHARES)
def test_rates_of_a_phase(epochs, lr, gamma, milestones, share):
    milestones = sorted(m for m in milestones if m < epochs)
    phase = Phase('x', epochs, lr=lr, gamma=gamma, milestones=milestones)
    epoch = share * epochs
    passed = len([m for m in milestones if m <= epoch])
    assert phase.learning_rate(epoch) == pytest.approx(lr * gamma**passed)
    cosine = Phase('x', epochs, lr=lr, schedule='cosine')
    wave = (1 + math.cos(math.pi * share)) / 2
    assert cosine.learning_rate(epoch) == pytest.approx(lr * wave, abs=1e-9)
    warm = Phase('x', epochs, lr=lr, warmup=epochs)
    assert warm.learning_rate(epoch) == pytest.approx(
        lr * (0.1 + 0.9 * share))


def restarting(epochs, closed, **options):
    """The learning rate of each epoch, with so many blocks closed after it."""
    optimizer = torch.optim.SGD([nn.Parameter(torch.ones(1))], lr=1.0)
    scheduler = RestartMultiStepLR(
        optimizer, milestones=[3], factors=[0.1], restart_milestones=[2],
        end=epochs, **options)
    rates, restarts = [], []
    for number in closed:
        rates.append(optimizer.param_groups[0]['lr'])
        restarts.append(scheduler.observe(number, float(number)))
        optimizer.step()
        scheduler.step()
    return rates, restarts


@given(st.lists(st.integers(0, 5), min_size=12, max_size=12),
       st.integers(0, 5), st.integers(0, 5))
def test_restarts_come_when_more_blocks_close(closed, cooldown, tail):
    rates, restarts = restarting(12, closed, cooldown=cooldown, tail=tail)
    most, last, anchor, milestone = 0, None, 0, 3
    for epoch, number in enumerate(closed, start=1):
        value = 0.1 if epoch - 1 - anchor >= milestone else 1.0
        assert rates[epoch - 1] == pytest.approx(value)
        expected = number > most and epoch <= 12 - tail and (
            last is None or epoch - last >= cooldown)
        assert restarts[epoch - 1] == expected
        if expected:
            most, last, anchor, milestone = number, epoch, epoch, 2


# The gate


@given(TENSORS, st.floats(0, 60, width=32))
def test_a_gate_passes_all_or_nothing(x, epsilon):
    gate = StrictIdentity(GateStates(1, epsilon), 0).train()
    out = gate(x)
    peak = x.abs().max()
    if peak > epsilon + 1e-3:
        assert torch.equal(out, x)
    elif peak < epsilon - 1e-3:
        assert not out.any()
    assert torch.equal(out, x) or not out.any()
    assert gate.latest == peak == peak_response(x)
    negated = StrictIdentity(GateStates(1, epsilon), 0).train()(-x)
    assert torch.equal(negated, -out)


@given(TENSORS, st.floats(0, 60, width=32))
def test_the_gate_is_the_papers_four_relus(x, epsilon):
    """Equation 3: a sum of ReLUs that is 0 below epsilon, 1 above."""
    relu = torch.relu
    peak = x.abs().max().double()
    excess = relu(relu(x.double() - epsilon) + relu(-x.double() - epsilon)
                  ).max()
    indicator = 1 - relu(1 - float(SLOPE) * excess)
    passes = float(peak) > largest_closed(epsilon)
    if abs(peak - epsilon) > 1e-3:
        assert passes == (indicator == 1)


@given(st.lists(st.booleans(), min_size=1, max_size=30))
def test_counts_and_averages_of_a_gate(history):
    """closed_steps counts the last run; the average is that of a moving
    average whose decay grows to 0.95."""
    states = GateStates(1, 1.0).train()
    gate = StrictIdentity(states, 0)
    average, run = 0.0, 0
    for step, closed in enumerate(history):
        gate.latest.fill_(0.5 if closed else 2.0)
        states.end_step()
        decay = min(0.95, (1 + step) / (10 + step))
        average = decay * average + (1 - decay) * closed
        run = run + 1 if closed else 0
        assert states.closed_steps.item() == run
        assert states.closed_average.item() == pytest.approx(average)
        assert states.count_average.item() == pytest.approx(average)
    assert states.peak.item() == (2.0 if not all(history) else 0.5)
    assert states.steps.item() == len(history)


# Folding and merging


def random_conv(seed, kind=nn.Conv2d, groups=1, bias=False):
    torch.manual_seed(seed)
    conv = kind(4, 4, 3, padding=1, groups=groups, bias=bias).double()
    norm = nn.BatchNorm2d(4).double().eval()
    nn.init.normal_(norm.weight)
    nn.init.normal_(norm.bias)
    norm.running_mean.normal_()
    norm.running_var.uniform_(0.2, 3)
    return conv, norm


@given(SEEDS, st.sampled_from([1, 2, 4]), st.booleans(),
       st.sampled_from([nn.Conv2d, DiracConv2d]))
def test_folding_keeps_outputs(seed, groups, bias, kind):
    conv, norm = random_conv(seed, kind, groups, bias)
    x = torch.randn(2, 4, 5, 5, dtype=torch.double)
    folded = fold_conv_norm(conv, norm)
    torch.testing.assert_close(folded(x), norm(conv(x)))


@given(SEEDS, st.floats(-3, 3), st.floats(-3, 3))
def test_a_dirac_convolution_is_its_ordinary_one(seed, alpha, beta):
    torch.manual_seed(seed)
    conv = DiracConv2d(4, 4, 3, padding=1, bias=False, alpha=alpha,
                       beta=beta).double()
    x = torch.randn(1, 4, 5, 5, dtype=torch.double)
    ordinary = nn.functional.conv2d(x, conv.weight, padding=1)
    torch.testing.assert_close(conv(x), alpha * x + beta * ordinary)
    torch.testing.assert_close(conv.fold()(x), conv(x))


# Distances


@given(SEEDS, st.floats(0.5, 20), NUMBERS)
def test_the_divergence_of_predictions(seed, temperature, shift):
    torch.manual_seed(seed)
    ours, theirs = torch.randn(2, 3, 5, dtype=torch.double)
    same = softened_divergence(theirs, theirs + shift, temperature)
    assert same.item() == pytest.approx(0, abs=1e-9)
    p, q = (torch.softmax(each / temperature, 1) for each in (theirs, ours))
    expected = temperature**2 * (p * (p / q).log()).sum(1).mean()
    found = softened_divergence(ours, theirs, temperature)
    torch.testing.assert_close(found, expected)
    assert found >= 0


@given(st.floats(-3, 3), st.floats(0.1, 3))
def test_the_margin_is_a_mean_of_negative_outputs(mean, std):
    norm = nn.BatchNorm2d(1).double()
    nn.init.constant_(norm.bias, mean)
    nn.init.constant_(norm.weight, std)
    margin = negative_margin(norm).item()
    assert margin <= 0
    quantiles = torch.linspace(1e-6, 1 - 1e-6, 20001, dtype=torch.double)
    outputs = mean + std * torch.special.ndtri(quantiles)
    negative = outputs[outputs < 0]
    if len(negative) > 0.002 * len(outputs):
        assert margin == pytest.approx(negative.mean().item(), rel=0.02,
                                       abs=0.02)


# Numbers of users


@given(st.floats(-5, 5), st.floats(-5, 5))
def test_ranges(bound, value):
    assert (value in NumberRange(at_least=bound)) == (value >= bound)
    assert (value in NumberRange(above=bound)) == (value > bound)
    assert (value in NumberRange(at_most=bound)) == (value <= bound)
    assert (value in NumberRange(below=bound)) == (value < bound)


@given(st.sampled_from([math.nan, math.inf, -math.inf, True, 'x', None, [1],
                        1j]))
def test_what_is_no_number(value):
    assert value not in NumberRange()
    with pytest.raises(UsageError):
        CosineDecay(start=value, end=0)
