"""JointRD's feature distance before the last ReLU."""
from typing import Dict, Optional

import torch
from torch import nn

from rd_plugins.registry import MODELS
from rd_plugins.utils.errors import UsageError, check_choice
from .hybrid_loss import HybridLoss
from .margin_loss import negative_margin
from .objective import Objective
from .step import Step


def build_connector(channels: int) -> nn.Sequential:
    """Build a 1x1 convolution and norm, applied to a feature map."""
    conv = nn.Conv2d(channels, channels, 1, bias=False)
    nn.init.normal_(conv.weight, std=(2 / channels)**0.5)
    return nn.Sequential(conv, nn.BatchNorm2d(channels))


def _channels_of(norm: nn.Module) -> int:
    return getattr(norm, 'num_features', None) or norm.num_channels


@MODELS.register_module()
class FeatureLoss(Objective):
    """Distance between the inputs of the last ReLU of student and teacher::

        D(student) + w(t) / (S-1) * sum_k D(hybrid k)

    Each path (student or hybrid) has its own connector, a trained 1x1
    convolution with norm.

    Source: JointRD, see :class:`HybridLoss`.

    Args:
        distance (dict, optional): Config of D, a module with the inputs
            (student, teacher, margin). Defaults to None, which is
            ``dict(type='rd_plugins.MarginLoss')``.
        paths (str): ``'all'``, with the hybrids of a :class:`HybridLoss`,
            which is required then, or ``'plain'``, the student only.
            Defaults to ``'all'``.
        name (str): See :class:`Objective`. Defaults to ``'feature'``.
    """
    reads_stages = True
    reads_pre_activation = True

    def __init__(self,
                 distance: Optional[dict] = None,
                 paths: str = 'all',
                 name: str = 'feature') -> None:
        super().__init__(name)
        check_choice('FeatureLoss', 'paths', paths, ('all', 'plain'))
        self.paths = paths
        self.distance = MODELS.build(
            distance or dict(type='rd_plugins.MarginLoss'))

    def attach(self, distiller: nn.Module) -> None:
        """Build the connectors: of the student, of hybrid 1, and so on."""
        count = 1
        if self.paths == 'all':
            self._check_hybrids(distiller.objectives_of_type(HybridLoss))
            count = len(distiller.stages)
        ours, theirs = (
            _channels_of(stages.last_norm)
            for stages in (distiller.stages, distiller.teacher_stages))
        if ours != theirs:
            raise UsageError(
                f'FeatureLoss compares {ours} channels of the student with '
                f'{theirs} of the teacher; choose a teacher of the '
                "student's widths.")
        self.connectors = nn.ModuleList(
            build_connector(ours) for _ in range(count))

    def _check_hybrids(self, hybrids: list) -> None:
        if len(hybrids) != 1:
            raise UsageError(
                f'FeatureLoss has paths="all" beside {len(hybrids)} '
                'HybridLoss; put one before it, or set paths="plain".')
        if hybrids[0].hybrids == 'one':
            raise UsageError(
                'FeatureLoss has paths="all" (feature_paths) beside a '
                'HybridLoss with hybrids="one": the others would have to be '
                'computed for it. Set paths="plain" or hybrids="all".')
        if not hybrids[0].runs_to_the_end:
            raise UsageError(
                'FeatureLoss has paths="all" (feature_paths), but the '
                'hybrids stop before the run ends: their weight falls to '
                f'{hybrids[0].weight.end}, and they stop at '
                f'{hybrids[0].min_weight}. Their connectors would get no '
                'gradient then; set paths="plain", or let the weight end '
                'higher.')

    def forward(self, step: Step) -> Dict[str, torch.Tensor]:
        """See the base class."""
        margin = negative_margin(step.distiller.teacher_stages.last_norm)
        target = step.teacher.pre_activation.detach()
        features, share = [step.student.pre_activation], 0.0
        if self.paths == 'all':
            hybrid_loss, = step.distiller.objectives_of_type(HybridLoss)
            share = hybrid_loss.current_weight() / len(step.hybrids)
            features += [hybrid.pre_activation for hybrid in step.hybrids]
        distances = [
            self.distance(connector(feature), target, margin)
            for connector, feature in zip(self.connectors, features)
        ]
        loss = distances[0] + share * sum(distances[1:])
        return {f'loss_{self.name}': loss}
