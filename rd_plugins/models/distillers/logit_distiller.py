"""Distillation of the teacher's predictions."""
from typing import List, Optional

from rd_plugins.registry import MODELS
from rd_plugins.utils.errors import check_number
from rd_plugins.utils.type_name import type_name
from .preset import Preset


def logit_objective(config: dict) -> dict:
    """The config of a :class:`LogitLoss`, from that or its distance's."""
    if type_name(config) == 'LogitLoss':
        return dict(config)
    return dict(type='rd_plugins.LogitLoss', distance=config)


@MODELS.register_module()
class LogitDistiller(Preset):
    """A student that also learns its teacher's softened predictions::

        loss = (1 - alpha) * CE(student) + alpha * T^2 * KL

    Source: `Distilling the Knowledge in a Neural Network
    <https://arxiv.org/abs/1503.02531>`_, Sec. 2, with the weights of JointRD's
    released code.

    Args:
        alpha (float): The share of the teacher. Defaults to 0.9.
        logit_loss (dict, optional): Config of a :class:`LogitLoss`, or of its
            distance. Defaults to None: temperature 4.
        **kwargs: The arguments of :class:`Distiller`.

    Raises:
        UsageError: If ``alpha`` is not between 0 and 1.
    """

    @staticmethod
    def objectives_of(alpha: float = 0.9,
                      logit_loss: Optional[dict] = None) -> List[dict]:
        """See the base class."""
        check_number('LogitDistiller', 'alpha', alpha, at_least=0, at_most=1,
                     hint="It is the teacher's share of the loss.")
        logit = logit_objective(
            logit_loss or dict(type='rd_plugins.LogitLoss'))
        loss_weight = logit.get('loss_weight', 1.0)
        check_number('LogitLoss', 'loss_weight', loss_weight, at_least=0)
        logit['loss_weight'] = alpha * loss_weight
        return [
            dict(type='rd_plugins.ClassificationLoss', loss_weight=1 - alpha),
            logit
        ]
