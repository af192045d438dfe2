"""ResNet with No Res: a plain student that is fitted stage by stage."""
from typing import List, Optional

import torch
import torch.nn.functional as F
from mmpretrain.models import ImageClassifier
from mmpretrain.registry import MODELS as MMPRETRAIN_MODELS
from mmpretrain.structures import DataSample

from rd_plugins.models.utils import run_first_stages, run_stage
from rd_plugins.registry import MODELS
from rd_plugins.utils.errors import check_choice
from .distiller import Distiller


@MODELS.register_module()
class StagewiseDistiller(Distiller):
    """Fits the student's stages to the teacher's, one after the other.

    The student starts from its teacher's weights. With the loss ``'stage{k}'``
    it is the mean absolute difference between the outputs of stage k of
    student and teacher; with ``'finetune'`` it is the cross entropy, or the
    loss of any other distiller, built around the same student and teacher. A
    :class:`rd_plugins.engine.PhaseHook` chooses the loss and freezes what is
    not being trained. Stages after the k-th are not computed.

    Source: `ResNet with No Res
    <https://github.com/tgjjj/ResNet-Distillation>`_. Unlike there, the teacher
    is in eval mode and frozen stages are really frozen.

    Args:
        finetune (dict, optional): ``type`` and options of the distiller whose
            loss the last phase has, such as
            ``dict(type='rd_plugins.JointRD')``. Student and teacher are
            given to it. Defaults to None: cross entropy.
        stage_inputs (str): What stage k reads: the output of stage k-1 of the
            ``'student'``, as published, or of the ``'teacher'``.
            Defaults to ``'student'``.
        copy_teacher (bool): See :class:`Distiller`. Defaults to True.
        **kwargs: The arguments of :class:`Distiller`.
    """

    def __init__(self,
                 *args,
                 finetune: Optional[dict] = None,
                 stage_inputs: str = 'student',
                 copy_teacher: bool = True,
                 **kwargs) -> None:
        super().__init__(*args, copy_teacher=copy_teacher, **kwargs)
        check_choice('StagewiseDistiller', 'stage_inputs', stage_inputs,
                     ('student', 'teacher'))
        self.stage_inputs = stage_inputs
        self.loss_name = 'finetune'
        # In a tuple, because it is no part of this model but another view of
        # it: registered, every weight would have two names.
        self._finetune = ()
        if finetune is not None:
            self._build_finetune(finetune)

    def _build_finetune(self, finetune: dict) -> None:
        distiller = MMPRETRAIN_MODELS.build(
            dict(
                finetune,
                backbone=self.backbone,
                neck=self.neck,
                head=self.head,
                teacher=self._teacher))
        self._finetune = (distiller, )
        if hasattr(distiller, 'auxiliary'):
            self.add_auxiliary(**distiller.auxiliary)

    def set_loss(self, name: str) -> None:
        """Choose the loss: ``'stage1'``, ``'stage2'``, ... or ``'finetune'``.

        Raises:
            UsageError: If there is no such loss.
        """
        stages = range(1, len(self.backbone.res_layers) + 1)
        check_choice('StagewiseDistiller', 'loss', name,
                     [*(f'stage{k}' for k in stages), 'finetune'])
        self.loss_name = name

    def loss(self, inputs: torch.Tensor,
             data_samples: List[DataSample]) -> dict:
        """Compute the losses of a batch.

        Args:
            inputs (Tensor): Shape (N, C, H, W).
            data_samples (list[DataSample]): The N annotations.

        Returns:
            dict[str, Tensor]: ``loss_stage``, or the losses of the last phase.
        """
        if self.loss_name != 'finetune':
            return self.stage_loss(inputs, int(self.loss_name[len('stage'):]))
        if self._finetune:
            return self._finetune[0].loss(inputs, data_samples)
        return ImageClassifier.loss(self, inputs, data_samples)

    def stage_loss(self, inputs: torch.Tensor, stage: int) -> dict:
        """Compare the outputs of one stage.

        Args:
            inputs (Tensor): Shape (N, C, H, W).
            stage (int): Its number, counted from 1.

        Returns:
            dict[str, Tensor]: ``loss_stage``.
        """
        targets = self.teacher_targets(inputs, stage)
        if self.stage_inputs == 'teacher' and stage > 1:
            output = run_stage(self.backbone, stage - 1, targets[-2])
        else:
            output = run_first_stages(self.backbone, inputs, stage)[-1]
        self.compare_shapes(stage, output, targets[-1])
        return dict(loss_stage=F.l1_loss(output, targets[-1]))

    @torch.no_grad()
    def teacher_targets(self, inputs: torch.Tensor,
                        stage: int) -> List[torch.Tensor]:
        """The outputs of the teacher's stages up to one of them."""
        return run_first_stages(self.teacher.backbone, inputs, stage)
