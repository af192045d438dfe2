"""Distillation of the teacher's predictions."""
from typing import List, Optional

import torch
from mmpretrain.registry import MODELS as MMPRETRAIN_MODELS
from mmpretrain.structures import DataSample

from rd_plugins.registry import MODELS
from rd_plugins.utils.errors import UsageError
from .distiller import Distiller


@MODELS.register_module()
class LogitDistiller(Distiller):
    """A student that also learns its teacher's softened predictions::

        loss = (1 - alpha) * CE(student) + alpha * T^2 * KL

    Source: `Distilling the Knowledge in a Neural Network
    <https://arxiv.org/abs/1503.02531>`_, Sec. 2, with the weights of JointRD's
    released code.

    Args:
        alpha (float): The share of the teacher. Defaults to 0.9.
        logit_loss (dict, optional): Config of the distance.
            Defaults to None, which is ``dict(type='rd_plugins.LogitLoss')``
            with temperature 4.
        **kwargs: The arguments of :class:`Distiller`.

    Raises:
        UsageError: If ``alpha`` is not between 0 and 1.
    """

    def __init__(self,
                 *args,
                 alpha: float = 0.9,
                 logit_loss: Optional[dict] = None,
                 **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if not 0 <= alpha <= 1:
            raise UsageError(f'LogitDistiller has alpha={alpha}; it is a '
                             'share between 0 and 1.')
        self.alpha = alpha
        self.logit_loss = MMPRETRAIN_MODELS.build(
            logit_loss or dict(type='rd_plugins.LogitLoss'))

    def loss(self, inputs: torch.Tensor,
             data_samples: List[DataSample]) -> dict:
        """Compute the losses of a batch.

        Args:
            inputs (Tensor): Shape (N, C, H, W).
            data_samples (list[DataSample]): The N annotations.

        Returns:
            dict[str, Tensor]: ``loss_cls`` and ``loss_logit``, both weighted.
        """
        logits = self.head(self.extract_feat(inputs))
        losses = self.classification_losses(logits, data_samples)
        losses['loss_cls'] = (1 - self.alpha) * losses['loss_cls']
        losses['loss_logit'] = self.alpha * self.logit_loss(
            logits, self.teacher_logits(inputs))
        return losses
