"""Under torch.compile, every death leaves the training step compiled."""
from contextlib import contextmanager
from copy import deepcopy
from functools import partial

import pytest
import torch
import torch.distributed as dist
from mmengine.model import BaseModel, MMDistributedDataParallel
from mmengine.runner import Runner
from torch._inductor.compile_fx import compile_fx

from rd_plugins.engine.hooks.epoch_seed_hook import wrap_for_epoch
from rd_plugins.engine.hooks.fade_hook import FadeHook
from rd_plugins.engine.wrapping import rebuild, unwrap_model
from rd_plugins.models import CifarResNet, EpsilonResNet_CIFAR
from tests.helpers.compare import assert_same
from tests.helpers.compiled import Counting, Uncompiled, runner_of
from tests.helpers.ranks import on_ranks

LIMIT = 3  # versions of a function that torch.compile keeps here, else 8
DEATHS = LIMIT + 1
BLOCKS = 6


class Small(BaseModel):
    """Six blocks; the loss is the sum of what comes out."""

    def __init__(self):
        super().__init__()
        self.backbone = EpsilonResNet_CIFAR(14, 1e-3, base_channels=2)

    def forward(self, inputs, data_samples=None, mode='loss'):
        return dict(loss=self.backbone(inputs)[-1].mean())


class Clocked(Runner):
    """A Runner without a loop that knows how far it is."""

    iter, max_iters = 0, LIMIT + 2


def train_while_blocks_die(model, backend=None, wrap=lambda model: model):
    """A step, a death, a step, and so on; losses and graphs of each."""
    torch._dynamo.reset()
    runner = runner_of(wrap(model), backend)
    runner.wrap_model = lambda cfg, model: wrap(model)
    wrapper = Uncompiled(torch.optim.SGD(model.parameters(), 0.1))
    losses, ran = [], []
    for death in range(DEATHS + 1):
        before = backend and backend.ran
        images = torch.randn(
            2, 3, 8, 8, generator=torch.Generator().manual_seed(death))
        log = runner.model.train_step(dict(inputs=images), wrapper)
        losses.append(log['loss'].detach())
        ran.append(backend and backend.ran - before)
        gates = unwrap_model(runner).backbone.gates
        gates.mark_dead(torch.arange(BLOCKS) == death)
        for parameter in unwrap_model(runner).backbone.dead_parameters():
            parameter.requires_grad_(False)
            parameter.grad = None
        rebuild(runner)
    return losses, ran, model.state_dict()


@contextmanager
def refusing_to_give_up():
    """An error where PyTorch would go on without compiling, with a warning."""
    with torch._dynamo.config.patch(
            recompile_limit=LIMIT, fail_on_recompile_limit_hit=True):
        yield


def compare(wrap=lambda model: model, backend=None, same=assert_same):
    """The same numbers compiled and not; graphs run in every step."""
    torch.manual_seed(0)
    model = Small()
    model.init_weights()
    twin, backend = deepcopy(model), backend or Counting()
    with refusing_to_give_up():
        ours, ran, state = train_while_blocks_die(model, backend, wrap)
    theirs, _, expected = train_while_blocks_die(twin, None, wrap)
    same(ours, theirs)
    same(state, expected)
    assert all(ran), ran
    assert backend.compiled > DEATHS
    return ran


def test_on_one_process():
    compare()


def wrapped(model):
    return MMDistributedDataParallel(model, broadcast_buffers=False)


def compare_here():
    assert dist.get_world_size() == 2
    return compare(wrapped)


def test_on_two_processes():
    first, second = on_ranks(2, compare_here)
    assert first == second


def epochs_here():
    """Graphs that run in the steps of three epochs that begin with a seed."""
    backend, model = Counting(), wrapped(Small())
    runner = runner_of(model, backend)
    runner.wrap_model = lambda cfg, model: wrapped(model)
    wrapper = Uncompiled(torch.optim.SGD(model.parameters(), 0.1))
    ran = []
    for epoch in range(3):
        before = backend.ran
        wrap_for_epoch(runner)
        runner.model.train_step(dict(inputs=torch.randn(2, 3, 8, 8)), wrapper)
        ran.append(backend.ran - before)
    return ran


def test_an_epoch_that_is_seeded_stays_compiled():
    """EpochSeedHook is a default hook; two gloo processes."""
    first, second = on_ranks(2, epochs_here)
    assert first == second and all(first), first


def test_shortcuts_that_fade_one_by_one_stay_compiled():
    """Three blocks, each gone at another step: one version too many."""
    torch._dynamo.reset()
    backend, model = Counting(), Small()
    model.backbone = CifarResNet(
        8, base_channels=2, shortcut='fading_pad',
        fade=dict(order='first_to_last', horizon=0.8))
    runner = runner_of(model, backend)
    runner.__class__, runner._hooks = Clocked, []
    wrapper = Uncompiled(torch.optim.SGD(model.parameters(), 0.1))
    hook, ran = FadeHook(), []
    hook.before_train(runner)
    with refusing_to_give_up():
        for step in range(runner.max_iters):
            before = backend.ran
            runner.iter = step
            hook.before_train_iter(runner, step)
            runner.model.train_step(
                dict(inputs=torch.randn(2, 3, 8, 8)), wrapper)
            ran.append(backend.ran - before)
    assert all(ran), ran
    assert model.backbone.layer1[0].auxiliary.is_gone


@pytest.mark.slow
def test_with_pytorchs_own_compiler():
    """Inductor rounds in another order, and ten steps make it more."""
    compare(backend=Counting(compile_fx), same=partial(
        torch.testing.assert_close, rtol=1e-3, atol=1e-4))
