"""The student of a distillation, with whatever it is trained for."""
from contextlib import nullcontext
from copy import deepcopy
from functools import cached_property
from typing import Callable, ContextManager, Dict, List, Optional, Sequence

import torch
from mmpretrain.models import ImageClassifier
from mmpretrain.registry import MODELS as MMPRETRAIN_MODELS
from mmpretrain.structures import DataSample
from torch import nn

from rd_plugins.models.objectives import (ClassificationLoss, Objective, Step,
                                          TeacherLoss)
from rd_plugins.models.stages import Stages, stages_of
from rd_plugins.registry import MODELS
from rd_plugins.utils.errors import UsageError, check_choice
from .co_trained_teacher import CoTrainedTeacher
from .first_batch import check_first_batch
from .frozen_teacher import FrozenTeacher
from .teacher import Teacher


@MODELS.register_module()
class Distiller(ImageClassifier):
    """An image classifier that is trained for a list of objectives.

    The distiller *is* the student: ``backbone``, ``neck`` and ``head`` are the
    student's, prediction is the student's, and the checkpoint loads strictly
    into the student's plain config, once what objectives train beside it under
    ``auxiliary`` is taken out. The teacher stands beside it.

    Args:
        backbone (dict): The student's backbone.
        neck (dict, optional): The student's neck. Defaults to None.
        head (dict, optional): The student's head. Defaults to None.
        teacher (dict, optional): Config of a classifier with
            ``init_cfg=dict(type='Pretrained', checkpoint=...)``; see
            :class:`FrozenTeacher`. Defaults to None: no objective needs one.
        objectives (Sequence[dict]): Configs of :class:`Objective`. Where none
            is a :class:`ClassificationLoss`, one comes first.
            Defaults to ``()``.
        copy_teacher (bool): Start from the teacher's weights. Projections
            that the student does not have are left out. Defaults to False.
        fold_teacher (bool): Let a frozen teacher work with its norms folded
            into its convolutions: the same numbers up to rounding, with fewer
            steps. Defaults to True.
        co_train_teacher (bool): Train the teacher from scratch, in the same
            steps, by its own loss alone (mode JOINT of JointRD's released
            code); then it needs no weights, and is saved under
            ``auxiliary.teacher``. Clipping gradients by their norm would tie
            the two together. Defaults to False: a frozen teacher.
        **kwargs: Every other argument of
            :class:`mmpretrain.models.ImageClassifier`.

    Raises:
        UsageError: If the teacher has no weights, or student, teacher and
            objectives do not go together.

    Example:
        >>> # in a config
        >>> model = dict(
        ...     type='rd_plugins.Distiller',
        ...     teacher=dict(_base_.model, init_cfg=dict(
        ...         type='Pretrained', checkpoint='teacher.pth')),
        ...     objectives=[
        ...         dict(type='rd_plugins.HybridLoss'),
        ...         dict(type='rd_plugins.LogitLoss', loss_weight=0.5),
        ...     ])
    """

    def __init__(self,
                 backbone: dict,
                 neck: Optional[dict] = None,
                 head: Optional[dict] = None,
                 teacher: Optional[dict] = None,
                 objectives: Sequence[dict] = (),
                 copy_teacher: bool = False,
                 fold_teacher: bool = True,
                 co_train_teacher: bool = False,
                 **kwargs) -> None:
        self.head_cfg = deepcopy(head)  # building consumes it
        super().__init__(backbone, neck=neck, head=head, **kwargs)
        self.copy_teacher = copy_teacher
        self.fold_teacher = fold_teacher
        self.teacher_holder = self._hold(teacher, co_train_teacher)
        self._is_checked = False
        # Makes the context that teacher and hybrids are computed in, by name;
        # a benchmark puts its clock here.
        self.observe: Callable[[str], ContextManager] = nullcontext
        # What trains beside the student and is not published
        self.auxiliary = nn.ModuleDict()
        self.groups: Dict[str, List[str]] = {}
        self._add_objectives(objectives)
        self.active = list(self.auxiliary)

    def _hold(self, teacher: Optional[dict],
              co_train: bool) -> Optional[Teacher]:
        if teacher is None:
            if co_train or self.copy_teacher:
                raise UsageError(
                    f'{type(self).__name__} has co_train_teacher or '
                    'copy_teacher but no teacher; give one.')
            return None
        holder = (CoTrainedTeacher if co_train else FrozenTeacher)(teacher)
        holder.learn_normalisation(self.data_preprocessor)
        return holder

    def _add_objectives(self, configs: Sequence[dict]) -> None:
        objectives = [MMPRETRAIN_MODELS.build(cfg) for cfg in configs]
        for objective in objectives:
            if not isinstance(objective, Objective):
                raise UsageError(
                    f'{type(objective).__name__} is no objective of a '
                    f'{type(self).__name__}; give HybridLoss, StageLoss, '
                    'LogitLoss, FeatureLoss, SideLoss, ClassificationLoss or '
                    'a class derived from rd_plugins.models.Objective.')
        if not any(isinstance(each, ClassificationLoss)
                   for each in objectives):
            objectives.insert(0, ClassificationLoss())
        if isinstance(self.teacher_holder, CoTrainedTeacher):
            objectives.insert(1, TeacherLoss(self.teacher_architecture))
        for objective in objectives:
            self.add_objective(objective)

    def add_objective(self, objective: Objective) -> None:
        """Add an objective after the others.

        Raises:
            UsageError: If its name is taken, or it does not go with student
                and teacher.
        """
        if objective.name in self.auxiliary:
            raise UsageError(
                f'Two objectives are called {objective.name!r}; give one of '
                'them another name: name=...')
        if objective.reads_teacher and self.teacher_holder is None:
            raise UsageError(
                f'{type(objective).__name__} needs a teacher and '
                f'{type(self).__name__} has none; give teacher=dict(...).')
        objective.attach(self)
        self.auxiliary[objective.name] = objective

    def objectives_of_type(self, kind: type) -> List[Objective]:
        """The objectives of a class."""
        return [each for each in self.auxiliary.values()
                if isinstance(each, kind)]

    def set_objectives(self, names: Sequence[str]) -> None:
        """Choose the objectives that count from now on, as a phase does.

        Args:
            names (Sequence[str]): Names of objectives, or of ``groups``.

        Raises:
            UsageError: If there is none of a name.
        """
        known = [*self.auxiliary, *self.groups]
        chosen = []
        for name in names:
            check_choice(type(self).__name__, 'objective', name, known)
            chosen += self.groups.get(name, [name])
        self.active = [name for name in self.auxiliary if name in chosen]

    @property
    def teacher(self) -> nn.Module:
        """The teacher with its weights."""
        return self.teacher_holder.model

    @property
    def teacher_architecture(self) -> nn.Module:
        """The teacher as its config says, loaded or not."""
        return self.teacher_holder.architecture

    @cached_property
    def stages(self) -> Stages:
        """The student's stages."""
        return stages_of(self.backbone)

    @property
    def teacher_stages(self) -> Stages:
        """The stages of :attr:`teacher_architecture`."""
        return stages_of(self.teacher_architecture.backbone)

    def load_teacher(self) -> None:
        """Load the teacher's weights.

        Raises:
            UsageError: If they are missing or do not fit.
        """
        if self.teacher_holder is not None:
            self.teacher_holder.load(self.fold_teacher)

    def init_weights(self) -> None:
        """Initialise the student and load the teacher."""
        super().init_weights()
        self.load_teacher()
        if self.copy_teacher:
            self._copy_teacher()

    def _copy_teacher(self) -> None:
        weights = self.teacher_architecture.state_dict()
        try:
            missing, unexpected = self.load_state_dict(weights, strict=False)
        except RuntimeError as error:
            reason = ' '.join(str(error).split())
            raise UsageError('The student cannot start from the weights of '
                             f'its teacher: {reason}') from error
        # A teacher has no objectives, and no weights of shortcuts that fade.
        missing = [
            key for key in missing
            if not key.startswith('auxiliary.')
            and not key.endswith('.auxiliary.weight')
        ]
        if missing or unexpected:
            raise UsageError(
                'The student cannot start from the weights of its teacher: '
                f'{(missing + unexpected)[0]} is in one of them only. Choose '
                'a teacher with the student\'s layers, or copy_teacher=False.')

    def _apply(self, fn, *args, **kwargs):
        # The teacher is no submodule, but it follows to the same device,
        # precision and memory format.
        super()._apply(fn, *args, **kwargs)
        if self.teacher_holder is not None:
            self.teacher_holder.apply(fn)
        return self

    def loss(self, inputs: torch.Tensor,
             data_samples: List[DataSample]) -> Dict[str, torch.Tensor]:
        """Compute the losses of a batch.

        Args:
            inputs (Tensor): Shape (N, C, H, W).
            data_samples (list[DataSample]): The N annotations.

        Returns:
            dict[str, Tensor]: Those of the active objectives; what has "loss"
            in its name is added up.
        """
        if not self._is_checked:
            check_first_batch(self, inputs[:1])
            self._is_checked = True
        objectives = [self.auxiliary[name] for name in self.active]
        step = Step(self, inputs, data_samples, objectives)
        losses: Dict[str, torch.Tensor] = {}
        for objective in objectives:
            losses.update(objective(step))
        return losses
