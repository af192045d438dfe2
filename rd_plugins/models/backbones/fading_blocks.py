"""Blocks whose shortcuts fade away, and backbones that have them."""
from functools import cached_property
from typing import Dict, Optional, Sequence, Tuple

import torch
from torch import nn

from rd_plugins.models.layers import FadingShortcut, PadShortcut
from rd_plugins.utils.errors import UsageError
from .fade import Fade
from .plain_blocks import PlainBasicBlock, PlainBottleneck


class _FadingBlock:
    """Adds a fading shortcut to a plain block.

    The shortcut lies under ``auxiliary``; all other weights load strictly into
    the plain block. A residual block's ``downsample`` loads into the shortcut.

    Args:
        downsample (nn.Module, optional): The module on the shortcut where the
            shape changes. Defaults to None: the identity.
        **kwargs: Passed on to the plain block.
    """

    def __init__(self,
                 *args,
                 downsample: Optional[nn.Module] = None,
                 **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.auxiliary = FadingShortcut(downsample)

    def _before_last_relu(self, x: torch.Tensor) -> torch.Tensor:
        return self.auxiliary(super()._before_last_relu(x), x)

    def _load_from_state_dict(self, state_dict, prefix, *args) -> None:
        theirs, ours = f'{prefix}downsample.', f'{prefix}auxiliary.shortcut.'
        for key in list(state_dict):
            if key.startswith(theirs):
                state_dict[ours + key[len(theirs):]] = state_dict.pop(key)
        super()._load_from_state_dict(state_dict, prefix, *args)


class FadingBasicBlock(_FadingBlock, PlainBasicBlock):
    """A basic block whose shortcut fades; see :class:`_FadingBlock`."""


class FadingBottleneck(_FadingBlock, PlainBottleneck):
    """A bottleneck whose shortcut fades; see :class:`_FadingBlock`."""


class PadsShortcut:
    """Mixin of basic blocks: :class:`PadShortcut` for the projection."""

    def __init__(self,
                 in_channels: int,
                 out_channels: int,
                 stride: int = 1,
                 downsample: Optional[nn.Module] = None,
                 **kwargs) -> None:
        if downsample is not None:
            downsample = PadShortcut(in_channels, out_channels, stride)
        super().__init__(
            in_channels,
            out_channels,
            stride=stride,
            downsample=downsample,
            **kwargs)


class FadingPadBasicBlock(PadsShortcut, FadingBasicBlock):
    """:class:`FadingBasicBlock` with :class:`PadShortcut`."""


class FadingStages:
    """Mixin of backbones that may have fading shortcuts.

    Attributes:
        fade (Fade, optional): When the shortcuts fade; None if they do not.
    """
    fade: Optional[Fade] = None
    _spans: Optional[Sequence[Tuple[float, float]]] = None

    def read_fade(self, shortcut: str, fade: Optional[dict],
                  deploy: bool) -> None:
        """Read and check the options of fading.

        Args:
            shortcut (str): The backbone's option ``shortcut``.
            fade (dict, optional): The arguments of :class:`Fade`.
            deploy (bool): Whether it is built in its folded form.

        Raises:
            UsageError: If the options contradict each other.
        """
        owner = type(self).__name__
        if not shortcut.startswith('fading'):
            if fade is not None:
                raise UsageError(
                    f'{owner} got fade={dict(fade)} and shortcut='
                    f"{shortcut!r}; set shortcut='fading', or leave fade out.")
            return
        if deploy:
            raise UsageError(
                f'{owner} got deploy=True and shortcut={shortcut!r}, but '
                'shortcuts fade in training. Deploy the trained weights with '
                "shortcut='none'.")
        self.fade = Fade(**(fade or {}))

    def train(self, mode: bool = True):
        """Set the mode and, unlike MMPretrain's ResNets, return the module."""
        super().train(mode)
        return self

    def set_progress(self, progress: float) -> None:
        """Set the weights of the shortcuts.

        Args:
            progress (float): The fraction of the run that is done.
        """
        for name, fade in self.fades.items():
            stage, block = name.split('.')
            getattr(self, stage)[int(block)].auxiliary.fade(
                fade.weight(progress))

    @cached_property
    def fades(self) -> Dict[str, Fade]:
        """When the shortcut of each block fades, by the block's name."""
        stages = {name: len(getattr(self, name)) for name in self.res_layers}
        names = [f'{stage}.{block}' for stage, count in stages.items()
                 for block in range(count)]
        return dict(zip(names, self.fade.blocks(
            list(stages.values()), self._spans)))

    def fade_in(self, spans: Sequence[Tuple[float, float]]) -> None:
        """Set when the stages have their phases, for ``by='phase'``.

        Args:
            spans (Sequence[Tuple[float, float]]): For each stage, the
                fractions of the run between which it has its phase.
        """
        self._spans = spans
        self.__dict__.pop('fades', None)
