"""Blocks whose shortcuts fade away, and when they do."""
from dataclasses import dataclass
from typing import List, Optional, Tuple

import torch
from torch import nn

from rd_plugins.models.layers import FadingShortcut, PadShortcut
from rd_plugins.models.utils.schedules import CosineDecay
from rd_plugins.utils.errors import UsageError, check_choice
from .plain_blocks import PlainBasicBlock, PlainBottleneck

ORDERS = ('together', 'first_to_last', 'last_to_first')


@dataclass(frozen=True)
class Fade:
    """When the shortcuts of a network fade.

    Args:
        start (float): Their weight at the beginning. Defaults to 1.0.
        end (float): Must be 0: what is left has to be plain.
        begin (float): The part of the run before which nothing fades.
            Defaults to 0.
        horizon (float): The part of the run after which all are gone, below 1.
            Defaults to 0.5.
        order (str): ``'together'``, or block after block,
            ``'first_to_last'`` or ``'last_to_first'``; a block's share of the
            time is then as long as any other's. Defaults to ``'together'``.

    Raises:
        UsageError: If the values are out of range.
    """
    start: float = 1.0
    end: float = 0.0
    begin: float = 0.0
    horizon: float = 0.5
    order: str = 'together'

    def __post_init__(self) -> None:
        check_choice('fade', 'order', self.order, ORDERS)
        if self.end != 0:
            raise UsageError(
                f'fade has end={self.end}; shortcuts fade to 0, because what '
                'is left is tested and shipped without them. Set end=0.')
        if not (self.start > 0 and 0 <= self.begin < self.horizon < 1):
            raise UsageError(
                f'{self} is not possible; it needs start > 0 and 0 <= begin < '
                'horizon < 1, so that the end of the run trains the network '
                'without shortcuts.')

    def window(self, index: int, count: int) -> Tuple[float, float]:
        """The parts of the run in which a shortcut begins and ends to fade.

        Args:
            index (int): Its place among the blocks.
            count (int): How many blocks.
        """
        if self.order == 'together':
            return self.begin, self.horizon
        place = index if self.order == 'first_to_last' else count - 1 - index
        length = (self.horizon - self.begin) / count
        return self.begin + place * length, self.begin + (place + 1) * length

    def weight(self, index: int, count: int, progress: float) -> float:
        """The weight of a shortcut at a moment of the run.

        Args:
            index (int): Its place among the blocks.
            count (int): How many blocks.
            progress (float): The part of the run that is done, from 0 to 1.

        Returns:
            float: Half a cosine from ``start`` to 0 over :meth:`window`.
        """
        begin, horizon = self.window(index, count)
        part = max(0.0, progress - begin) / (horizon - begin)
        return CosineDecay(self.start)(part)


class _FadingBlock:
    """Turns a plain block into one that begins as a residual one.

    The shortcut lies under ``auxiliary``: what is left when it is gone loads
    strictly into the plain block. It takes over a residual block's
    projection.

    Args:
        downsample (nn.Module, optional): What acts on the shortcut where the
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


class FadingPadBasicBlock(FadingBasicBlock):
    """:class:`FadingBasicBlock` with :class:`PadShortcut`."""

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


class FadingStages:
    """What backbones with fading shortcuts have in common.

    Attributes:
        fade (Fade): When the shortcuts fade; None where they do not.
    """
    fade: Optional[Fade] = None

    def read_fade(self, shortcut: str, fade: Optional[dict],
                  deploy: bool) -> None:
        """Take the options of a fade.

        Args:
            shortcut (str): What kind of shortcuts the backbone has.
            fade (dict, optional): The arguments of :class:`Fade`.
            deploy (bool): Whether it is built in its folded form.

        Raises:
            UsageError: If they do not go together.
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

    @property
    def fading_shortcuts(self) -> List[FadingShortcut]:
        """In the order of the blocks."""
        return [module for module in self.modules()
                if isinstance(module, FadingShortcut)]

    def set_progress(self, progress: float) -> None:
        """Give the shortcuts the weights of a moment of the run.

        Args:
            progress (float): The part of the run that is done, from 0 to 1.
        """
        shortcuts = self.fading_shortcuts
        for index, shortcut in enumerate(shortcuts):
            shortcut.fade(self.fade.weight(index, len(shortcuts), progress))
