"""Distance between the softened predictions of student and teacher."""
import torch
import torch.nn.functional as F
from torch import nn

from rd_plugins.registry import MODELS


@MODELS.register_module()
class LogitLoss(nn.Module):
    """T^2 times the Kullback-Leibler divergence from teacher to student.

    Both logits are divided by the temperature T first; the divergence is
    averaged over the batch. (`Distilling the Knowledge in a Neural Network
    <https://arxiv.org/abs/1503.02531>`_, Sec. 2.)

    Args:
        temperature (float): T. Defaults to 4.0.
        loss_weight (float): Factor of the loss. Defaults to 1.0.
    """

    def __init__(self,
                 temperature: float = 4.0,
                 loss_weight: float = 1.0) -> None:
        super().__init__()
        self.temperature = temperature
        self.loss_weight = loss_weight

    def forward(self, student: torch.Tensor,
                teacher: torch.Tensor) -> torch.Tensor:
        """Compute the weighted loss.

        Args:
            student (Tensor): Logits, shape (N, classes).
            teacher (Tensor): Logits, shape (N, classes), detached.

        Returns:
            Tensor: A scalar.
        """
        divergence = F.kl_div(
            F.log_softmax(student / self.temperature, dim=1),
            F.log_softmax(teacher / self.temperature, dim=1),
            reduction='batchmean',
            log_target=True)
        return self.loss_weight * self.temperature**2 * divergence
