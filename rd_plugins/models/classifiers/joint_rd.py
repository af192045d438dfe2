"""JointRD: a plain student whose early stages also train through a teacher."""
from contextlib import nullcontext
from typing import Dict, List, Optional, Tuple

import torch
from mmpretrain.registry import MODELS as MMPRETRAIN_MODELS
from mmpretrain.structures import DataSample
from torch import nn

from rd_plugins.models.losses import negative_margin
from rd_plugins.models.utils import (CosineDecay, get_stage, last_norm,
                                     last_pre_activation, num_stages,
                                     run_tails, training_progress)
from rd_plugins.registry import MODELS
from rd_plugins.utils.errors import UsageError, check_choice
from .distiller import Distiller
from .frozen_teacher import CoTrainedTeacher, FrozenTeacher


def build_connector(channels: int) -> nn.Sequential:
    """A 1x1 convolution and norm between a feature and its target."""
    conv = nn.Conv2d(channels, channels, 1, bias=False)
    nn.init.normal_(conv.weight, std=(2 / channels)**0.5)
    return nn.Sequential(conv, nn.BatchNorm2d(channels))


@MODELS.register_module()
class JointRD(Distiller):
    """Joint training of a plain student with the stages of its teacher.

    Hybrid k runs the student's stages 1..k and then the teacher's stages
    k+1..S and head, for k = 1..S-1. The student's early stages thus get the
    gradients of networks that still have shortcuts, mixed with those of the
    student itself::

        loss = CE(student) + w(t) / (S-1) * sum_k CE(hybrid k)
               + D(student) + w(t) / (S-1) * sum_k D(hybrid k)

    w fades with the progress t of the run; D is the optional feature distance.
    The plain cross entropy keeps weight 1, so that with w = 0 and no D the
    training is exactly that of the plain network.

    Source: `Residual Distillation: Towards Portable Deep Neural Networks
    without Shortcuts
    <https://proceedings.neurips.cc/paper/2020/hash/657b96f0592803e25a4f07166fff289a-Abstract.html>`_.
    The released code differs: it multiplies the whole sum by 1/S without
    dividing the hybrids' part by S-1, and fades over 60 epochs whatever the
    length of the run.

    Args:
        hybrid_weight (dict, optional): ``start``, ``end`` and ``horizon`` of
            w; see :class:`CosineDecay`. With ``end=0`` the hybrids are not
            computed any more after the horizon. Defaults to None, which is
            the recipe for CIFAR: ``dict(start=1, end=0.5, horizon=0.3)``.
        min_hybrid_weight (float): Hybrids stop, and stop costing, when w has
            fallen to it. Defaults to 0.
        feature_loss (dict, optional): Config of D, a loss of (student,
            teacher, margin) such as :class:`MarginLoss`. It compares what
            enters the last ReLU, through one trained connector per path.
            Defaults to None.
        feature_paths (str): Where D applies: to ``'all'`` paths or to the
            ``'plain'`` student only. Defaults to ``'all'``.
        logit_loss (dict, optional): Config of a distance between the plain
            student's and the teacher's predictions, such as
            :class:`LogitLoss`. Defaults to None.
        co_train_teacher (bool): Train the teacher from scratch, in the same
            steps, by its own cross entropy alone (mode JOINT of the released
            code); it is saved under ``auxiliary.teacher``. Then ``teacher``
            needs no weights. Clipping gradients by their norm would tie the
            two together. Defaults to False: a frozen teacher.
        share_tail (bool): Join hybrids at each cut on the batch axis, so that
            a teacher stage runs once for all of them: the same numbers from
            fewer kernels. Defaults to True.
        **kwargs: The arguments of :class:`Distiller`.

    Raises:
        UsageError: If the arguments do not go together.
    """  # noqa: E501

    def __init__(self,
                 *args,
                 teacher: dict,
                 hybrid_weight: Optional[dict] = None,
                 min_hybrid_weight: float = 0.0,
                 feature_loss: Optional[dict] = None,
                 feature_paths: str = 'all',
                 logit_loss: Optional[dict] = None,
                 co_train_teacher: bool = False,
                 share_tail: bool = True,
                 **kwargs) -> None:
        if co_train_teacher:
            if isinstance(teacher, FrozenTeacher):
                raise UsageError('JointRD cannot co-train a teacher that is '
                                 'already trained and frozen; leave '
                                 'co_train_teacher out.')
            teacher = CoTrainedTeacher(teacher)
        super().__init__(*args, teacher=teacher, **kwargs)
        check_choice('JointRD', 'feature_paths', feature_paths,
                     ('all', 'plain'))
        if num_stages(self.backbone) < 2:
            raise UsageError('JointRD got a student of one stage; it needs '
                             'two or more to have a place to cut at.')
        self.hybrid_weight = CosineDecay(**(
            hybrid_weight or dict(start=1.0, end=0.5, horizon=0.3)))
        self.min_hybrid_weight = min_hybrid_weight
        self.share_tail = share_tail
        self.co_train_teacher = co_train_teacher
        if co_train_teacher:
            self.add_auxiliary(teacher=teacher.architecture)
        self.logit_loss = logit_loss and MMPRETRAIN_MODELS.build(logit_loss)
        self.feature_loss = feature_loss and MMPRETRAIN_MODELS.build(
            feature_loss)
        if feature_loss:
            self._build_connectors(feature_paths)

    def _build_connectors(self, feature_paths: str) -> None:
        """In the order of the paths: the plain student, hybrid 1, ..."""
        if (feature_paths == 'all'
                and self.hybrid_weight.end <= self.min_hybrid_weight):
            raise UsageError(
                f'JointRD has hybrid_weight.end={self.hybrid_weight.end} and '
                'a feature distance on all paths: once the hybrids stop, '
                'their connectors would get no gradient. Set '
                'feature_paths="plain" or end > min_hybrid_weight '
                f'({self.min_hybrid_weight}).')
        paths = num_stages(self.backbone) if feature_paths == 'all' else 1
        channels = get_stage(self.backbone, -1)[-1].out_channels
        self.add_auxiliary(
            connectors=nn.ModuleList(
                build_connector(channels) for _ in range(paths)))

    def loss(self, inputs: torch.Tensor,
             data_samples: List[DataSample]) -> Dict[str, torch.Tensor]:
        """Compute the losses of a batch.

        Args:
            inputs (Tensor): Shape (N, C, H, W).
            data_samples (list[DataSample]): The N annotations.

        Returns:
            dict[str, Tensor]: ``loss_cls`` is the student's own,
            ``loss_hybrid{k}`` and ``loss_feature`` are weighted;
            ``hybrid_weight`` is w(t).
        """
        with self._recording(self.backbone) as recorded:
            feats = self.backbone(inputs)
        self.check_stages(inputs, feats)
        logits = self.predict_logits(self, feats[-1])
        losses = self.classification_losses(logits, data_samples)
        if self.co_train_teacher:
            own = self.teacher.loss(inputs, data_samples)
            losses['loss_teacher'] = own['loss']
        if self.logit_loss or self.feature_loss:
            target_logits, targets = self.teacher_targets(inputs)
        if self.logit_loss:
            losses['loss_logit'] = self.logit_loss(logits, target_logits)
        weight = self.hybrid_weight(training_progress())
        share = weight / (len(feats) - 1)
        features = recorded[-1:]
        if weight > self.min_hybrid_weight:
            hybrid_losses, more = self.hybrid_losses(feats, data_samples)
            features += more
            for k, hybrid_loss in enumerate(hybrid_losses, start=1):
                losses[f'loss_hybrid{k}'] = share * hybrid_loss
        if self.feature_loss:
            losses['loss_feature'] = self._feature_distance(
                features, targets[-1], share)
        # A copy from the host would wait for the device.
        losses['hybrid_weight'] = inputs.new_full((), weight)
        return losses

    def hybrid_losses(
        self, feats: List[torch.Tensor], data_samples: List[DataSample]
    ) -> Tuple[List[torch.Tensor], List[torch.Tensor]]:
        """Losses of the hybrids and, if needed, their last features."""
        with self._teacher.as_tail() as teacher:
            with self._recording(teacher.backbone) as recorded:
                hybrids = run_tails(teacher.backbone, feats, self.share_tail)
            losses = [
                self.classification_losses(
                    self.predict_logits(teacher, hybrid),
                    data_samples)['loss_cls'] for hybrid in hybrids
            ]
        return losses, self._split(recorded, len(hybrids))

    def _recording(self, backbone: nn.Module):
        if self.feature_loss is None:
            return nullcontext([])
        return last_pre_activation(backbone)

    def _split(self, recorded: List[torch.Tensor],
               hybrids: int) -> List[torch.Tensor]:
        """One recorded feature per hybrid, whichever way they ran."""
        if not recorded:
            return []
        if self.share_tail:
            return list(recorded[-1].chunk(hybrids))
        return recorded[len(recorded) // hybrids - 1::len(recorded) // hybrids]

    @torch.no_grad()
    def teacher_targets(
        self, inputs: torch.Tensor
    ) -> Tuple[torch.Tensor, List[torch.Tensor]]:
        """The teacher's predictions and, if needed, its last features."""
        with self._recording(self.teacher.backbone) as recorded:
            return self.teacher_logits(inputs), recorded

    def _feature_distance(self, features: List[torch.Tensor],
                          target: torch.Tensor,
                          share: float) -> torch.Tensor:
        """D of the plain path plus the hybrids' share of theirs."""
        norm = last_norm(self._teacher.architecture.backbone)
        margin = negative_margin(norm)
        distances = [
            self.feature_loss(connector(feature), target, margin)
            for connector, feature in zip(self.auxiliary.connectors, features)
        ]
        return distances[0] + share * sum(distances[1:])
