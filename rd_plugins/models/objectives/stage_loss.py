"""No-Res: the distance of a stage's output in student and teacher."""
from typing import Dict, Optional, Sequence

import torch
import torch.nn.functional as F
from torch import nn

from rd_plugins.registry import MODELS
from rd_plugins.utils.errors import check_choice, check_number
from .objective import Objective
from .step import Step


@MODELS.register_module()
class StageLoss(Objective):
    """Mean absolute difference of a stage's output in student and teacher.

    On its own it is a phase of `ResNet with No Res
    <https://github.com/tgjjj/ResNet-Distillation>`_; later stages are not
    computed then.

    Args:
        stage (int): Number of the stage, counted from 1.
        stage_inputs (str): The input of the stage: the output of the previous
            stage of the ``'student'``, as published, or of the ``'teacher'``.
            Defaults to ``'student'``.
        loss_weight (float): Factor of the loss. Defaults to 1.0.
        name (str, optional): See :class:`Objective`. Defaults to None:
            ``'stage{k}'``.
    """
    reads_stages = True

    def __init__(self,
                 stage: int,
                 stage_inputs: str = 'student',
                 loss_weight: float = 1.0,
                 name: Optional[str] = None) -> None:
        super().__init__(name or f'stage{stage}')
        check_choice('StageLoss', 'stage_inputs', stage_inputs,
                     ('student', 'teacher'))
        check_number('StageLoss', 'loss_weight', loss_weight, at_least=0)
        self.stage = stage
        self.stage_inputs = stage_inputs
        self.loss_weight = loss_weight

    def attach(self, distiller: nn.Module) -> None:
        """See the base class."""
        for stages in (distiller.stages, distiller.teacher_stages):
            check_choice(
                f'{type(stages.backbone).__name__}', 'stage', self.stage,
                range(1, len(stages) + 1))

    def paired_stages(self, count: int) -> Sequence[int]:
        """The compared stage and, if it reads the teacher, the one before."""
        if self.stage_inputs == 'teacher' and self.stage > 1:
            return self.stage - 1, self.stage
        return self.stage,

    def forward(self, step: Step) -> Dict[str, torch.Tensor]:
        """See the base class."""
        target = step.teacher.stage(self.stage).detach()
        if self.stage_inputs == 'teacher' and self.stage > 1:
            output = step.distiller.stages.run(
                self.stage - 1, step.teacher.stage(self.stage - 1).detach())
        else:
            output = step.student.stage(self.stage)
        loss = F.l1_loss(output, target)
        return {f'loss_{self.name}': self.loss_weight * loss}
