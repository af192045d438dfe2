"""The student's own loss."""
from typing import Dict

import torch
from torch import nn

from rd_plugins.registry import MODELS
from rd_plugins.utils.errors import UsageError, check_number
from .objective import Objective, weighted
from .step import Step


@MODELS.register_module()
class ClassificationLoss(Objective):
    """The loss of the student's head: ``loss_cls``, and the accuracy if the
    head calculates it.

    A :class:`Distiller` adds it if its objectives contain none.

    Args:
        loss_weight (float): Factor of the loss. Defaults to 1.0.
        name (str): See :class:`Objective`. Defaults to ``'cls'``.
    """
    reads_teacher = False

    def __init__(self, loss_weight: float = 1.0, name: str = 'cls') -> None:
        super().__init__(name)
        check_number('ClassificationLoss', 'loss_weight', loss_weight,
                     at_least=0)
        self.loss_weight = loss_weight

    def attach(self, distiller: nn.Module) -> None:
        """See the base class."""
        if distiller.head is None:
            raise UsageError(f'{type(distiller).__name__} has no head; give '
                             'it one, such as LinearClsHead.')

    def forward(self, step: Step) -> Dict[str, torch.Tensor]:
        """See the base class. MMEngine logs the sum of losses as ``loss``."""
        losses = weighted(step.student.losses(step.data_samples),
                          self.loss_weight)
        if 'loss' in losses:
            losses[f'loss_{self.name}'] = losses.pop('loss')
        return losses
