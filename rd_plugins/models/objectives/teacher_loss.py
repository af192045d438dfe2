"""The loss of a teacher that trains beside its student."""
from typing import Dict

import torch
from torch import nn

from .objective import Objective, under_name
from .step import Step


class TeacherLoss(Objective):
    """The loss of a co-trained teacher; the teacher is its submodule.

    Not for configs: a :class:`Distiller` with ``co_train_teacher=True`` adds
    it.

    Args:
        model (nn.Module): The teacher.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__('teacher')
        self.model = model

    def forward(self, step: Step) -> Dict[str, torch.Tensor]:
        """See the base class."""
        losses = step.teacher.losses(step.data_samples)
        return under_name({key: value for key, value in losses.items()
                           if 'loss' in key}, 'teacher')
