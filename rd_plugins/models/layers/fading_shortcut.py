"""A shortcut that fades to zero during training."""
from typing import Optional

import torch
from torch import nn

from rd_plugins.utils.errors import UsageError


class FadingShortcut(nn.Module):
    """Adds a shortcut to a block's output, times a weight that fades to 0.

    The weight is a function of the run's progress, which a ``FadeHook`` sets
    before every step. Before that, and in tests, it is the weight of the
    checkpoint, or 0.

    Args:
        shortcut (nn.Module, optional): Acts on the block's input where the
            shape changes. Defaults to None: the identity.
    """

    def __init__(self, shortcut: Optional[nn.Module] = None) -> None:
        super().__init__()
        self.shortcut = nn.Identity() if shortcut is None else shortcut
        self.register_buffer('weight', torch.zeros(()))
        # DistributedDataParallel waits for the gradients of its parameters, so
        # they are computed in every step, even if they are zero.
        self._trains = any(True for _ in self.shortcut.parameters())
        self._value: Optional[float] = None
        # Apart, so that a compiled network does not depend on the value.
        self._is_told = False
        self.is_gone = True
        self.register_load_state_dict_post_hook(_read_weight)

    def fade(self, weight: float) -> None:
        """Set the weight, a number of at least 0."""
        if weight != self._value:
            self._value = weight
            self._is_told = True
            self.weight.fill_(weight)
            self.is_gone = weight == 0

    def forward(self, out: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        """Add the shortcut.

        Args:
            out (Tensor): The output of the block's convolutions.
            x (Tensor): The block's input.

        Returns:
            Tensor: The sum, of the shape of ``out``.

        Raises:
            UsageError: If the network trains and no progress has been set.
        """
        if self.training and not self._is_told:
            raise UsageError(
                'Shortcuts that fade have to be told how far the run is; add '
                "dict(type='rd_plugins.FadeHook') to custom_hooks.")
        if self.is_gone and not (self.training and self._trains):
            return out
        return out + self.weight * self.shortcut(x)

    def extra_repr(self) -> str:
        """Show the weight when the module is printed."""
        return f'weight={self.weight.item():.3g}'


def _read_weight(module: FadingShortcut, _) -> None:
    module.is_gone = module.weight.item() == 0
