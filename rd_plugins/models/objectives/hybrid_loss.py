"""JointRD's hybrids: the student's early and the teacher's later stages."""
from typing import Dict, Optional, Sequence

import torch
from mmpretrain.models import ClsHead
from torch import nn

from rd_plugins.models.utils import CosineDecay, training_progress
from rd_plugins.registry import MODELS
from rd_plugins.utils.errors import UsageError, check_choice, check_number
from .objective import Objective, check_same_classes, check_same_stages
from .step import NetworkPass, Step


@MODELS.register_module()
class HybridLoss(Objective):
    """Losses of networks of a student's early and a teacher's later stages.

    Hybrid k runs the student's stages 1..k and then the teacher's stages
    k+1..S and head, for k = 1..S-1. The student's early stages thus get the
    gradients of networks that still have shortcuts. The sum is::

        w(t) / (S-1) * sum_k CE(hybrid k)

    and w fades with the progress t of the run.

    Source: `Residual Distillation: Towards Portable Deep Neural Networks
    without Shortcuts
    <https://proceedings.neurips.cc/paper/2020/hash/657b96f0592803e25a4f07166fff289a-Abstract.html>`_.

    Args:
        weight (dict, optional): ``start``, ``end`` and ``horizon`` of w; see
            :class:`CosineDecay`. With ``end=0`` the hybrids are not computed
            after the horizon. Defaults to None, which is the recipe
            for CIFAR: ``dict(start=1, end=0.5, horizon=0.3)``.
        min_weight (float): Hybrids are not computed once w has fallen to this
            value. Defaults to 0.
        hybrids (str): ``'all'`` in every step, or ``'one'`` of them, drawn at
            random: the same loss on average, at a fraction of the cost.
            Defaults to ``'all'``.
        name (str): See :class:`Objective`. Defaults to ``'hybrid'``.
    """  # noqa: E501
    reads_stages = True
    reads_predictions = True

    def __init__(self,
                 weight: Optional[dict] = None,
                 min_weight: float = 0.0,
                 hybrids: str = 'all',
                 name: str = 'hybrid') -> None:
        super().__init__(name)
        self.weight = CosineDecay(**(
            weight or dict(start=1.0, end=0.5, horizon=0.3)))
        check_number('HybridLoss', 'min_weight', min_weight, at_least=0)
        if 0 < self.weight.start <= min_weight:
            raise UsageError(
                f'HybridLoss has min_weight={min_weight} (min_hybrid_weight) '
                f'and a weight that begins at {self.weight.start}: hybrids '
                'would never be computed. Give a smaller min_weight.')
        self.min_weight = min_weight
        check_choice('HybridLoss', 'hybrids', hybrids, ('all', 'one'))
        self.hybrids = hybrids

    def attach(self, distiller: nn.Module) -> None:
        """See the base class."""
        self._check_heads(distiller)
        check_same_stages(self, distiller)
        check_same_classes(self, distiller)
        if len(distiller.stages) < 2:
            raise UsageError('HybridLoss got a student of one stage; it needs '
                             'two or more to have a place to cut at.')

    @staticmethod
    def _check_heads(distiller: nn.Module) -> None:
        for owner, network in (('student', distiller),
                               ('teacher', distiller.teacher_architecture)):
            # Only ClsHead's loss can be computed from the logits of another
            # network.
            if getattr(type(network.head), 'loss', None) is not ClsHead.loss:
                raise UsageError(
                    f'The {owner} has the head {type(network.head).__name__}; '
                    'for HybridLoss give it one with the loss of ClsHead, '
                    'such as LinearClsHead.')

    def paired_stages(self, count: int) -> Sequence[int]:
        """All but the last, whose output enters no stage of the teacher."""
        return range(1, count)

    @property
    def runs_to_the_end(self) -> bool:
        """Whether the hybrids are computed until the run ends."""
        return self.weight.end > self.min_weight

    def current_weight(self) -> float:
        """w(t)."""
        return self.weight(training_progress())

    def forward(self, step: Step) -> Dict[str, torch.Tensor]:
        """See the base class; each ``loss_hybrid{k}`` is weighted."""
        weight = self.current_weight()
        # new_full does not wait for the device; a copy from the host would.
        losses = {f'{self.name}_weight': step.inputs.new_full((), weight)}
        if weight <= self.min_weight:
            return losses
        if self.hybrids == 'one':
            # A number drawn on the host; the device is not waited for.
            k = int(torch.randint(len(step.hybrids), ()))
            losses[f'loss_{self.name}'] = weight * self._judge(
                step, step.hybrids[k])
            return losses
        share = weight / len(step.hybrids)
        for k, hybrid in enumerate(step.hybrids, start=1):
            losses[f'loss_{self.name}{k}'] = share * self._judge(step, hybrid)
        return losses

    @staticmethod
    def _judge(step: Step, hybrid: NetworkPass) -> torch.Tensor:
        """The loss of a hybrid, by the loss of the student's head."""
        return step.distiller.head._get_loss(hybrid.logits,
                                             step.data_samples)['loss']
