import math

import pytest
import torch
from torch import nn

from rd_plugins.models.objectives import MarginLoss, negative_margin


def distance(s, t, margin):
    """One position of the distance, case by case as in the spec (2.2)."""
    if t > 0:
        return (s - t)**2
    if t > margin:
        return (s - t)**2 if s > t else 0
    return (s - margin)**2 if s > margin else 0


def test_loss_is_the_definition():
    student, teacher = torch.randn(2, 3, 4, 5, 5).double()
    margin = torch.tensor([-0.1, -0.8, -2.0, 0.0]).double()
    expected = sum(
        distance(student[i].item(), teacher[i].item(), margin[i[1]].item())
        for i in torch.cartesian_prod(*(torch.arange(n)
                                        for n in student.shape)).unbind()
        for i in [tuple(i.tolist())])
    loss = MarginLoss(loss_weight=2.5)(student, teacher, margin)
    assert loss.item() == pytest.approx(
        2.5 * expected / student.numel(), rel=1e-12)


def test_gradient_is_zero_where_nothing_is_paid():
    student = torch.tensor([-3.0, 1.0]).view(1, 2, 1, 1).requires_grad_()
    teacher = torch.tensor([-1.0, 2.0]).view(1, 2, 1, 1)
    MarginLoss()(student, teacher, torch.tensor([-0.5, -0.5])).backward()
    assert student.grad.flatten().tolist() == [0.0, -1.0]


def test_margin_is_the_mean_of_the_negative_part():
    norm = nn.BatchNorm2d(4)
    norm.weight.data = torch.tensor([1.0, -0.5, 2.0, 1.0])
    norm.bias.data = torch.tensor([0.0, 0.3, -1.0, -5.0])
    margin = negative_margin(norm)
    draws = torch.randn(2_000_000, dtype=torch.double)
    for channel in range(4):
        x = draws * norm.weight[channel].item() + norm.bias[channel].item()
        assert margin[channel].item() == pytest.approx(
            x[x < 0].mean().item(), abs=5e-3)
    assert margin[0].item() == pytest.approx(-math.sqrt(2 / math.pi))


def test_margin_of_rarely_negative_and_constant_channels():
    norm = nn.BatchNorm2d(4)
    norm.weight.data = torch.tensor([1.0, 1.0, 0.0, 0.0])
    norm.bias.data = torch.tensor([3.2, 3.0, 0.7, -0.7])
    margin = negative_margin(norm)
    assert margin[0].item() == -3  # P(x < 0) = 0.0007
    assert -1 < margin[1].item() < 0  # P(x < 0) = 0.0013
    assert margin[2].item() == 0
    assert margin[3].item() == pytest.approx(-0.7)
    assert torch.isfinite(margin).all()
