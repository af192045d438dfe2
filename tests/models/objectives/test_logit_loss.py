import pytest
import torch
from mmpretrain.registry import MODELS

from rd_plugins.models.distillers.logit_distiller import logit_objective
from rd_plugins.models.objectives.logit_loss import (LogitLoss,
                                                     softened_divergence)
from rd_plugins.utils.errors import UsageError
from tests.helpers.models import classifier_cfg


def test_loss_is_the_definition():
    student, teacher = torch.randn(2, 7, 5).double()
    p, q = (teacher / 3).softmax(1), (student / 3).softmax(1)
    expected = 9 * (p * (p / q).log()).sum() / 7
    loss = softened_divergence(student, teacher, temperature=3)
    assert loss.item() == pytest.approx(expected.item(), rel=1e-12)


def test_equal_logits_cost_nothing_up_to_a_constant():
    logits = torch.randn(4, 5)
    assert softened_divergence(logits + 2, logits, 4).abs() < 1e-6


def test_autocast_does_not_round_the_loss():
    """Logits of bfloat16 that are close: loss and gradient of float64."""
    generator = torch.Generator().manual_seed(0)
    teacher = 3 * torch.randn(64, 100, generator=generator)
    student = teacher + 0.1 * torch.randn(64, 100, generator=generator)
    teacher = teacher.bfloat16()
    student = student.bfloat16().requires_grad_()
    exact = student.detach().double().requires_grad_()
    expected = softened_divergence(exact, teacher.double(), 4)
    with torch.autocast('cpu', torch.bfloat16):
        loss = softened_divergence(student, teacher, 4)
    assert loss.item() == pytest.approx(expected.item(), rel=1e-3)
    loss.backward()
    expected.backward()
    error = (student.grad.double() - exact.grad).norm() / exact.grad.norm()
    assert error < 0.01


def test_several_labels_need_another_distance(teacher_cfg):
    several = dict(type='MultiLabelLinearClsHead', num_classes=5,
                   in_channels=16)
    cfg = dict(classifier_cfg('none'), type='rd_plugins.Distiller',
               head=several, teacher=dict(teacher_cfg, head=several))
    logit = dict(type='rd_plugins.LogitLoss')
    with pytest.raises(UsageError, match='several labels.*another distance'):
        MODELS.build(dict(cfg, objectives=[logit]))
    # MMPretrain's recipes with Mixup have that head for one class per image.
    one = dict(several, loss=dict(type='CrossEntropyLoss', use_soft=True))
    MODELS.build(dict(cfg, head=one, objectives=[logit]))
    MODELS.build(dict(cfg, objectives=[dict(
        logit, distance=dict(type='torch.nn.MSELoss'))]))


def test_one_prediction_is_compared(teacher_cfg):
    head = dict(type='MultiTaskHead', in_channels=16, task_heads=dict(
        a=dict(type='LinearClsHead', num_classes=2)))
    with pytest.raises(UsageError, match='MultiTaskHead predicts several'):
        MODELS.build(dict(
            classifier_cfg('none'), type='rd_plugins.Distiller', head=head,
            teacher=dict(teacher_cfg, head=head),
            objectives=[dict(type='rd_plugins.LogitLoss')]))


def test_its_class_in_place_of_its_name():
    """As configs give it that import what they name."""
    assert logit_objective(dict(type=LogitLoss)) == dict(type=LogitLoss)
