"""The base of all distillers."""
from typing import List, Optional, Sequence, Union

import torch
from mmpretrain.models import ClsHead, ImageClassifier
from mmpretrain.structures import DataSample
from torch import nn

from rd_plugins.models.utils import num_stages, output_all_stages
from rd_plugins.utils.checkpoint import AUXILIARY_PREFIX
from rd_plugins.utils.errors import UsageError
from .frozen_teacher import FrozenTeacher


class Distiller(ImageClassifier):
    """An image classifier that learns from a teacher.

    The distiller *is* the student: ``backbone``, ``neck`` and ``head`` are the
    student's, prediction is the student's, and the checkpoint loads strictly
    into the student's plain config, once what a method trains beside it under
    ``auxiliary`` is taken out. The teacher stands beside it (see
    :class:`FrozenTeacher`). A method derives from this class and adds its
    :meth:`loss`.

    Args:
        backbone (dict): The student's backbone, made of stages.
        teacher (dict | FrozenTeacher): Config of a classifier with as many
            stages, and ``init_cfg=dict(type='Pretrained', checkpoint=...)``.
        neck (dict, optional): The student's neck. Defaults to None.
        head (dict, optional): The student's head, a :class:`ClsHead`.
            Defaults to None.
        copy_teacher (bool): Start from the teacher's weights. Projections
            that the student does not have are left out. Defaults to False.
        fold_teacher (bool): Let a frozen teacher work with its norms folded
            into its convolutions: the same numbers up to rounding, with fewer
            steps. Defaults to True.
        **kwargs: Every other argument of
            :class:`mmpretrain.models.ImageClassifier`.

    Raises:
        UsageError: If the teacher has no weights, or student and teacher do
            not go together.
    """

    def __init__(self,
                 backbone: dict,
                 teacher: Union[dict, FrozenTeacher],
                 neck: Optional[dict] = None,
                 head: Optional[dict] = None,
                 copy_teacher: bool = False,
                 fold_teacher: bool = True,
                 **kwargs) -> None:
        super().__init__(backbone, neck=neck, head=head, **kwargs)
        if not isinstance(teacher, FrozenTeacher):
            teacher = FrozenTeacher(teacher)
        self._teacher = teacher
        self.copy_teacher = copy_teacher
        self.fold_teacher = fold_teacher
        self._stages_are_checked = False
        architecture = self._teacher.architecture
        counts = num_stages(self.backbone), num_stages(architecture.backbone)
        if counts[0] != counts[1]:
            raise UsageError(
                f'The student has {counts[0]} stages and the teacher '
                f'{counts[1]}; choose a teacher of the same family.')
        for owner, network in (('student', self), ('teacher', architecture)):
            # Another loss than ClsHead's does not apply to the logits of a
            # network that is not the head's own.
            if getattr(type(network.head), 'loss', None) is not ClsHead.loss:
                raise UsageError(
                    f'The {owner} has the head {type(network.head).__name__}; '
                    'give it one with the loss of ClsHead, such as '
                    'LinearClsHead.')
            output_all_stages(network.backbone)
        classes = [
            getattr(network.head, 'num_classes', None)
            for network in (self, architecture)
        ]
        if classes[0] != classes[1]:
            raise UsageError(
                f'The student has {classes[0]} classes and the teacher '
                f'{classes[1]}; choose a teacher of the same data.')

    def add_auxiliary(self, **modules: nn.Module) -> None:
        """Register what trains beside the student and is not published."""
        if not hasattr(self, 'auxiliary'):
            self.auxiliary = nn.ModuleDict()
        self.auxiliary.update(modules)

    @property
    def teacher(self) -> nn.Module:
        """The teacher; in eval mode and without gradients if it is frozen."""
        return self._teacher.model

    def load_teacher(self) -> None:
        """Load the teacher's weights.

        Raises:
            UsageError: If they are missing or do not fit.
        """
        self._teacher.load(self.fold_teacher)

    def init_weights(self) -> None:
        """Initialise the student and load the teacher."""
        super().init_weights()
        self.load_teacher()
        if self.copy_teacher:
            self._copy_teacher()

    def _copy_teacher(self) -> None:
        weights = self._teacher.architecture.state_dict()
        try:
            missing, unexpected = self.load_state_dict(weights, strict=False)
        except RuntimeError as error:
            reason = ' '.join(str(error).split())
            raise UsageError('The student cannot start from the weights of '
                             f'its teacher: {reason}') from error
        missing = [
            key for key in missing if not key.startswith(AUXILIARY_PREFIX)
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
        self._teacher.apply(fn)
        return self

    def loss(self, inputs: torch.Tensor,
             data_samples: List[DataSample]) -> dict:
        """Compute the losses of a batch; every method has its own.

        Args:
            inputs (Tensor): Shape (N, C, H, W).
            data_samples (list[DataSample]): The N annotations.

        Returns:
            dict[str, Tensor]: What has "loss" in its name is added up.
        """
        raise NotImplementedError

    @staticmethod
    def predict_logits(classifier: nn.Module,
                       feature: torch.Tensor) -> torch.Tensor:
        """Send a last feature map through a classifier's neck and head.

        Args:
            classifier (nn.Module): The student or the teacher.
            feature (Tensor): Shape (N, C, H, W), from the last stage.

        Returns:
            Tensor: Shape (N, classes).
        """
        feats = (feature, )
        if classifier.with_neck:
            feats = classifier.neck(feats)
        return classifier.head(feats)

    def classification_losses(self, logits: torch.Tensor,
                              data_samples: List[DataSample]) -> dict:
        """Judge predictions by the student's own criterion.

        Args:
            logits (Tensor): Shape (N, classes).
            data_samples (list[DataSample]): The N annotations.

        Returns:
            dict[str, Tensor]: ``loss_cls`` and, if the head calculates it, the
            accuracy. (MMEngine's log shows the sum of all losses as ``loss``.)
        """
        losses = self.head._get_loss(logits, data_samples)
        losses['loss_cls'] = losses.pop('loss')
        return losses

    @torch.no_grad()
    def teacher_logits(self, inputs: torch.Tensor) -> torch.Tensor:
        """The teacher's predictions before softmax, shape (N, classes)."""
        with self._teacher.as_tail() as teacher:
            return teacher.head(teacher.extract_feat(inputs))

    @torch.no_grad()
    def check_stages(self, inputs: torch.Tensor,
                     feats: Sequence[torch.Tensor]) -> None:
        """Compare the shapes of all stages on the first batch.

        Args:
            inputs (Tensor): Shape (N, C, H, W).
            feats (Sequence[Tensor]): The student's stage outputs for them.

        Raises:
            UsageError: If one differs from the teacher's.
        """
        if self._stages_are_checked:
            return
        with self._teacher.as_tail() as teacher:
            expected = teacher.backbone.conv1.in_channels if hasattr(
                teacher.backbone, 'conv1') else inputs.shape[1]
            if expected != inputs.shape[1]:
                raise UsageError(
                    f'The images have {inputs.shape[1]} channels and the '
                    f'teacher reads {expected}; choose a teacher of the same '
                    'data.')
            targets = teacher.backbone(inputs[:1])
        for stage, (ours, theirs) in enumerate(zip(feats, targets), start=1):
            self.compare_shapes(stage, ours, theirs)
        self._stages_are_checked = True

    @staticmethod
    def compare_shapes(stage: int, ours: torch.Tensor,
                       theirs: torch.Tensor) -> None:
        """Compare the shapes of one stage's outputs, batch size aside.

        Args:
            stage (int): Its number, counted from 1.
            ours (Tensor): The student's, shape (N, C, H, W).
            theirs (Tensor): The teacher's, shape (M, C, H, W).

        Raises:
            UsageError: If they differ.
        """
        if ours.shape[1:] != theirs.shape[1:]:
            raise UsageError(
                f'Stage {stage} puts out {tuple(ours.shape[1:])} (channels, '
                'height, width) in the student and '
                f'{tuple(theirs.shape[1:])} in the teacher; both must be '
                'equal. Choose a teacher with the student\'s stem, widths and '
                'strides.')
