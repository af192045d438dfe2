import pytest
import torch

from rd_plugins.models.objectives.logit_loss import softened_divergence


def test_loss_is_the_definition():
    student, teacher = torch.randn(2, 7, 5).double()
    p, q = (teacher / 3).softmax(1), (student / 3).softmax(1)
    expected = 9 * (p * (p / q).log()).sum() / 7
    loss = softened_divergence(student, teacher, temperature=3)
    assert loss.item() == pytest.approx(expected.item(), rel=1e-12)


def test_equal_logits_cost_nothing_up_to_a_constant():
    logits = torch.randn(4, 5)
    assert softened_divergence(logits + 2, logits, 4).abs() < 1e-6
