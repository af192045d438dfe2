"""From configs to the objectives of a distiller."""
from typing import List, Sequence

from rd_plugins.registry import MODELS
from rd_plugins.utils.errors import UsageError
from .classification_loss import ClassificationLoss
from .objective import Objective


def build_objectives(configs: Sequence[dict], owner: str) -> List[Objective]:
    """Build objectives; where none is the student's own loss, it comes first.

    Args:
        configs (Sequence[dict]): Their configs.
        owner (str): What they are for, for the message.

    Raises:
        UsageError: If one of them is no objective.
    """
    objectives = [MODELS.build(cfg) for cfg in configs]
    for objective in objectives:
        if not isinstance(objective, Objective):
            raise UsageError(
                f'{type(objective).__name__} is no objective of a {owner}; '
                'give HybridLoss, StageLoss, LogitLoss, FeatureLoss, '
                'SideLoss, ClassificationLoss or a class derived from '
                'rd_plugins.models.Objective.')
    if not any(isinstance(each, ClassificationLoss) for each in objectives):
        objectives.insert(0, ClassificationLoss())
    return objectives
