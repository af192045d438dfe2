"""A student classifier that is trained for a list of objectives."""
from contextlib import nullcontext
from copy import deepcopy
from functools import cached_property
from typing import Callable, ContextManager, Dict, List, Optional, Sequence

import torch
from mmpretrain.models import ImageClassifier
from mmpretrain.structures import DataSample
from torch import nn

from rd_plugins.models.objectives import (Objective, Step, TeacherLoss,
                                          build_objectives)
from rd_plugins.models.objectives.objective import classes_of
from rd_plugins.models.stages import Stages, stages_of
from rd_plugins.registry import MODELS
from rd_plugins.utils.errors import UsageError, check_bool, check_choice
from .co_trained_teacher import CoTrainedTeacher
from .first_batch import check_first_batch
from .from_teacher import (check_one_start, hold_teacher, start_from,
                           with_classes_of)
from .frozen_teacher import FrozenTeacher
from .teacher_exam import TeacherExam


@MODELS.register_module()
class Distiller(ImageClassifier):
    """An image classifier that is trained for a list of objectives.

    The distiller *is* the student: ``backbone``, ``neck`` and ``head`` are the
    student's, and it predicts what the student predicts. Without the modules
    of the objectives, which are under ``auxiliary``, the checkpoint loads
    strictly into the student's plain config. The teacher is no submodule.

    Args:
        backbone (dict): The student's backbone.
        neck (dict, optional): The student's neck. Defaults to None.
        head (dict, optional): The student's head. Defaults to None.
        teacher (dict, optional): Config of a classifier with
            ``init_cfg=dict(type='Pretrained', checkpoint=...)``; see
            :class:`FrozenTeacher`. Where its predictions or its weights are
            used, it has as many classes as the student. Defaults to None: no
            objective needs one.
        objectives (Sequence[dict]): Configs of :class:`Objective`. Where none
            is a :class:`ClassificationLoss`, one comes first.
            Defaults to ``()``.
        copy_teacher (bool): Start from the teacher's weights. Projections
            that the student does not have are left out. Defaults to False.
        fold_teacher (bool): Fold the norms of a frozen teacher into its
            convolutions: the same outputs up to rounding, in less time.
            Defaults to True.
        co_train_teacher (bool): Train the teacher from scratch, in the same
            steps, by its own loss alone (mode JOINT of JointRD's released
            code). It needs no weights then, and is saved under
            ``auxiliary.teacher``. Clipping by the gradients' norm would couple
            the two trainings. Defaults to False: a frozen teacher.
        check_teacher (bool): Stop the run if a frozen teacher is near chance
            on the first images; see :class:`TeacherExam`. Defaults to True.
        **kwargs: Every other argument of
            :class:`mmpretrain.models.ImageClassifier`.

    Raises:
        UsageError: If the teacher has no weights, or if student, teacher and
            objectives do not fit together.

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
                 check_teacher: bool = True,
                 **kwargs) -> None:
        for name, value in (('copy_teacher', copy_teacher),
                            ('fold_teacher', fold_teacher),
                            ('co_train_teacher', co_train_teacher),
                            ('check_teacher', check_teacher)):
            check_bool(type(self).__name__, name, value)
        self.head_cfg = deepcopy(head)  # building consumes it
        super().__init__(backbone, neck=neck, head=head, **kwargs)
        if copy_teacher:
            check_one_start(self)
        self.copy_teacher = copy_teacher
        self.fold_teacher = fold_teacher
        built = build_objectives(objectives, type(self).__name__)
        if copy_teacher or co_train_teacher or any(
                objective.reads_predictions for objective in built):
            teacher = with_classes_of(self.head_cfg, teacher)
        self.teacher_holder = hold_teacher(self, teacher, co_train_teacher)
        self._is_checked = False
        self._exam = TeacherExam() if (
            check_teacher and self._has_examinable_teacher()) else None
        # Returns the context in which the named part (teacher, hybrids) is
        # computed; a benchmark sets it to time the parts.
        self.observe: Callable[[str], ContextManager] = nullcontext
        # Modules that are trained but not published
        self.auxiliary = nn.ModuleDict()
        self.groups: Dict[str, List[str]] = {}
        if isinstance(self.teacher_holder, CoTrainedTeacher):
            # First: it moves the statistics that the hybrids' gradients need.
            built.insert(0, TeacherLoss(self.teacher_architecture))
        for objective in built:
            self.add_objective(objective)
        self.set_objectives(None)

    def _has_examinable_teacher(self) -> bool:
        # Of other classes, labels do not tell what it knows.
        return isinstance(self.teacher_holder, FrozenTeacher) and \
            classes_of(self) == classes_of(self.teacher_architecture)

    def add_objective(self, objective: Objective) -> None:
        """Add an objective after the others.

        Raises:
            UsageError: If its name is taken, or it does not fit student and
                teacher.
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
        """The objectives that are instances of a class."""
        return [each for each in self.auxiliary.values()
                if isinstance(each, kind)]

    def set_objectives(self, names: Optional[Sequence[str]]) -> None:
        """Activate some objectives and deactivate the others.

        Args:
            names (Sequence[str], optional): Names of objectives, or of
                ``groups``; None for all.

        Raises:
            UsageError: If a name is unknown.
        """
        self.active = self.named_objectives(names)

    def named_objectives(self, names: Optional[Sequence[str]]) -> List[str]:
        """What :meth:`set_objectives` would activate."""
        if names is None:
            return list(self.auxiliary)
        known = [*self.auxiliary, *self.groups]
        chosen = []
        for name in names:
            check_choice(type(self).__name__, 'objective', name, known)
            chosen += self.groups.get(name, [name])
        return [name for name in self.auxiliary if name in chosen]

    @property
    def teacher(self) -> nn.Module:
        """The teacher with its weights."""
        return self.teacher_holder.model

    @property
    def teacher_architecture(self) -> nn.Module:
        """The teacher as built from its config, loaded or not."""
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
            start_from(self, self.teacher_architecture)

    def _apply(self, fn, *args, **kwargs):
        # The teacher is no submodule, but has the student's device, precision
        # and memory format.
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
            dict[str, Tensor]: The values of the active objectives; those with
            "loss" in their names are summed.
        """
        if not self._is_checked:
            check_first_batch(self, inputs[:1])
            self._is_checked = True
        if self._exam is not None:
            self._exam.look(self.teacher_holder, inputs, data_samples)
            if self._exam.is_over:
                self._exam = None
        objectives = [self.auxiliary[name] for name in self.active]
        step = Step(self, inputs, data_samples, objectives)
        losses: Dict[str, torch.Tensor] = {}
        for objective in objectives:
            losses.update(objective(step))
        return losses
