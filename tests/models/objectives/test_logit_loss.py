import pytest
import torch

from rd_plugins.models import LogitLoss


def test_loss_is_the_definition():
    student, teacher = torch.randn(2, 7, 5).double()
    p, q = (teacher / 3).softmax(1), (student / 3).softmax(1)
    expected = 0.5 * 9 * (p * (p / q).log()).sum() / 7
    loss = LogitLoss(temperature=3, loss_weight=0.5)(student, teacher)
    assert loss.item() == pytest.approx(expected.item(), rel=1e-12)


def test_equal_logits_cost_nothing_up_to_a_constant():
    logits = torch.randn(4, 5)
    assert LogitLoss()(logits + 2, logits).abs() < 1e-6
