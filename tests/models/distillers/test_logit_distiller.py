import pytest
import torch
import torch.nn.functional as F
from mmpretrain.registry import MODELS

from rd_plugins.utils.errors import UsageError
from tests.helpers.models import classifier_cfg


def build(teacher_cfg, shortcut='none', **kwargs):
    model = MODELS.build(
        dict(
            classifier_cfg(shortcut),
            type='rd_plugins.LogitDistiller',
            teacher=teacher_cfg,
            **kwargs))
    model.init_weights()
    return model.train()


@pytest.mark.parametrize('shortcut', ['none', 'pad'])
def test_loss_is_the_definition(teacher_cfg, batch, shortcut):
    """Also for a residual student."""
    inputs, samples = batch
    model = build(teacher_cfg, shortcut, alpha=0.3)
    losses = model.loss(inputs, samples)
    logits, soft = model(inputs), model.teacher(inputs)
    labels = torch.tensor([i % 5 for i in range(6)])
    p, q = (soft / 4).softmax(1), (logits / 4).softmax(1)
    assert losses['loss_cls'].item() == pytest.approx(
        0.7 * F.cross_entropy(logits, labels).item(), rel=1e-5)
    assert losses['loss_logit'].item() == pytest.approx(
        0.3 * 16 * (p * (p / q).log()).sum().item() / 6, rel=1e-4)


def test_alpha_is_a_share(teacher_cfg):
    with pytest.raises(UsageError,
                       match='alpha=2; .* at least 0 and at most 1'):
        build(teacher_cfg, alpha=2)


def test_its_loss_may_weigh_more(teacher_cfg, batch):
    one, two = (
        build(teacher_cfg, alpha=0.3, check_teacher=False,
              logit_loss=dict(type='rd_plugins.LogitLoss', loss_weight=weight))
        for weight in (1.0, 2.0))
    two.load_state_dict(one.state_dict())
    less, more = (model.loss(*batch)['loss_logit'].item()
                  for model in (one, two))
    assert more == pytest.approx(2 * less)
