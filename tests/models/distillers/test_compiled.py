"""A distiller under torch.compile."""
from copy import deepcopy

import pytest
import torch
from mmengine.logging import MessageHub
from mmpretrain.registry import MODELS

from rd_plugins.engine.wrapping import keep_versions
from tests.helpers.compare import assert_same
from tests.helpers.compiled import Counting, Uncompiled, runner_of

STEPS = 4


def train(distiller, batches, backend=None):
    """The losses, and the graphs that were compiled by the end of a step."""
    runner = runner_of(distiller, backend)
    hub = MessageHub.get_current_instance()
    hub.update_info('max_iters', STEPS)
    wrapper = Uncompiled(torch.optim.SGD(distiller.parameters(), 0.1))
    losses, compiled = [], []
    for step, (inputs, samples) in enumerate(batches):
        hub.update_info('iter', step)
        log = runner.model.train_step(
            dict(inputs=inputs, data_samples=samples), wrapper)
        losses.append({key: value.detach() for key, value in log.items()})
        compiled.append(backend and backend.compiled)
    return losses, compiled


@pytest.mark.parametrize(
    'four_stages', [('PlainResNet_CIFAR', 'ResNet_CIFAR', 18)], indirect=True)
def test_every_stage_stays_compiled(four_stages, batch):
    """Eleven: the student's, the teacher's, those behind the hybrids' cuts."""
    student, teacher = four_stages
    distiller = MODELS.build(dict(
        student, type='rd_plugins.Distiller', teacher=teacher, objectives=[
            dict(type='rd_plugins.HybridLoss'),
            dict(type='rd_plugins.LogitLoss')]))
    distiller.init_weights()
    twin = deepcopy(distiller)
    images, samples = batch
    batches = [(images + step, samples) for step in range(STEPS)]
    torch._dynamo.reset()
    with torch._dynamo.config.patch(fail_on_recompile_limit_hit=True,
                                    recompile_limit=8):
        keep_versions()
        ours, compiled = train(distiller, batches, Counting())
    theirs, _ = train(twin, batches)
    assert_same(ours, theirs)
    assert_same(distiller.state_dict(), twin.state_dict())
    assert compiled[0] >= 11
    assert compiled[-1] == compiled[1]  # the weight of the hybrids fades
