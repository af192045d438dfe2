from types import SimpleNamespace

import pytest
import torch
from mmpretrain.registry import MODELS

from rd_plugins.engine.hooks import MemoryFormatHook
from rd_plugins.utils.errors import UsageError
from tests.helpers.models import classifier_cfg
from tests.helpers.runs import small_cfg, train

EMA = {'custom_hooks': [dict(type='EMAHook', momentum=0.1)]}


def is_channels_last(weight):
    return weight.is_contiguous(memory_format=torch.channels_last)


def test_weights_and_teacher_follow(run_dir):
    runner = train(small_cfg(run_dir / 'run', **EMA))
    model = runner.model
    weight = model.backbone.layer3[0].conv1.weight
    assert is_channels_last(weight)
    momentum = runner.optim_wrapper.optimizer.state[weight]['momentum_buffer']
    assert is_channels_last(momentum)
    assert is_channels_last(model.teacher.backbone.layer3[0].conv1.weight)


def test_same_gradients_in_either_format(teacher_cfg, batch):
    inputs, samples = batch
    gradients = []
    for memory_format in ('contiguous', 'channels_last'):
        torch.manual_seed(0)
        model = MODELS.build(
            dict(
                classifier_cfg(shortcut='none'),
                type='rd_plugins.JointRD',
                teacher=teacher_cfg))
        model.init_weights()
        model.double()
        MemoryFormatHook(memory_format).before_run(
            SimpleNamespace(model=model))
        losses = model.loss(inputs.double(), samples)
        model.parse_losses(losses)[0].backward()
        gradients.append([p.grad for p in model.parameters()])
    for ours, theirs in zip(*gradients):
        torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-12)


def test_unknown_format():
    with pytest.raises(UsageError, match='channels_first'):
        MemoryFormatHook('channels_first')
