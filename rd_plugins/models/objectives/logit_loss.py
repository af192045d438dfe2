"""Distance between softened predictions of student and teacher."""
from typing import Dict, Optional

import torch
import torch.nn.functional as F
from mmpretrain.models.heads import MultiLabelClsHead, MultiTaskHead
from torch import nn

from rd_plugins.registry import MODELS
from rd_plugins.utils.errors import UsageError, check_number
from .objective import Objective, check_same_classes
from .step import Step


def softened_divergence(student: torch.Tensor, teacher: torch.Tensor,
                        temperature: float) -> torch.Tensor:
    """T^2 times the Kullback-Leibler divergence from teacher to student.

    Both logits are divided by the temperature T first; the divergence is
    averaged over the batch. (`Distilling the Knowledge in a Neural Network
    <https://arxiv.org/abs/1503.02531>`_, Sec. 2.)

    Args:
        student (Tensor): Logits, shape (N, classes).
        teacher (Tensor): Logits, shape (N, classes), detached.
        temperature (float): T.

    Returns:
        Tensor: A scalar, in float32 at least.
    """
    # Autocast leaves log_softmax in bfloat16 on CPUs, where it rounds away the
    # difference of similar predictions.
    dtype = torch.promote_types(student.dtype, torch.float32)
    divergence = F.kl_div(
        F.log_softmax(student.to(dtype) / temperature, dim=1),
        F.log_softmax(teacher.to(dtype) / temperature, dim=1),
        reduction='batchmean',
        log_target=True)
    return temperature**2 * divergence


@MODELS.register_module()
class LogitLoss(Objective):
    """Distance between the predictions of student and teacher.

    It needs no stages: student and teacher may be any classifiers of the same
    classes.

    Args:
        temperature (float): See :func:`softened_divergence`.
            Defaults to 4.0.
        loss_weight (float): Factor of the loss. Defaults to 1.0.
        distance (dict, optional): Config of another distance, a module with
            the inputs (student, teacher), both logits. Defaults to None.
        name (str): See :class:`Objective`. Defaults to ``'logit'``.
    """
    reads_predictions = True

    def __init__(self,
                 temperature: float = 4.0,
                 loss_weight: float = 1.0,
                 distance: Optional[dict] = None,
                 name: str = 'logit') -> None:
        super().__init__(name)
        check_number('LogitLoss', 'temperature', temperature, above=0)
        check_number('LogitLoss', 'loss_weight', loss_weight, at_least=0)
        self.temperature = temperature
        self.loss_weight = loss_weight
        self.distance = distance and MODELS.build(distance)

    def attach(self, distiller: nn.Module) -> None:
        """See the base class."""
        check_same_classes(self, distiller)
        if isinstance(distiller.head, MultiTaskHead):
            raise UsageError(
                'MultiTaskHead predicts several things, and LogitLoss '
                'compares one; take an objective that reads stages.')
        if self.distance is None and isinstance(
                distiller.head, MultiLabelClsHead) and getattr(
                    distiller.head.loss_module, 'use_sigmoid', True):
            raise UsageError(
                f'{type(distiller.head).__name__} gives several labels to an '
                'image, and LogitLoss compares the probabilities of classes '
                'of which one is right; give another distance=dict(...).')

    def forward(self, step: Step) -> Dict[str, torch.Tensor]:
        """See the base class."""
        student = step.student.logits
        teacher = step.teacher.logits.detach()
        loss = self.distance(student, teacher) if self.distance else \
            softened_divergence(student, teacher, self.temperature)
        return {f'loss_{self.name}': self.loss_weight * loss}
