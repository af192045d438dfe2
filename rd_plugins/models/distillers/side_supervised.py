"""A classifier with additional heads inside the network during training."""
from typing import List, Optional, Sequence

from rd_plugins.registry import MODELS
from .preset import Preset


@MODELS.register_module()
class SideSupervised(Preset):
    """Image classifier whose middle blocks are supervised as well.

    Its additional objective is :class:`SideLoss`; see there for the source.

    Args:
        side_blocks (Sequence[str], optional): ``blocks`` of
            :class:`SideLoss`. Defaults to None: its default.
        side_weight (float): Weight of each side loss. Defaults to 0.1.
        **kwargs: The arguments of :class:`Distiller`; it needs no teacher.
    """

    @staticmethod
    def objectives_of(side_blocks: Optional[Sequence[str]] = None,
                      side_weight: float = 0.1) -> List[dict]:
        """See the base class."""
        return [
            dict(
                type='rd_plugins.SideLoss',
                blocks=side_blocks,
                loss_weight=side_weight)
        ]
