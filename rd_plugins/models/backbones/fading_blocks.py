"""Blocks whose shortcuts fade away, and the schedule of the fading."""
from dataclasses import dataclass, replace
from functools import cached_property
from typing import List, Optional, Sequence, Tuple, Union

import torch
from torch import nn

from rd_plugins.models.layers import FadingShortcut, PadShortcut
from rd_plugins.models.utils.schedules import CosineDecay
from rd_plugins.utils.errors import UsageError, check_choice, check_number
from .plain_blocks import PlainBasicBlock, PlainBottleneck

ORDERS = ('together', 'first_to_last', 'last_to_first')


@dataclass(frozen=True)
class Fade:
    """When the shortcuts of a network fade.

    Args:
        start (float): Their weight at the beginning. Defaults to 1.0.
        end (float): Their weight at the end; must be 0. Defaults to 0.0.
        begin (float | Sequence[float]): The fraction of the run after which
            fading begins, or one fraction for each stage. Defaults to 0.
        horizon (float | Sequence[float]): The fraction of the run after which
            all shortcuts are gone, below 1, or one for each stage.
            Defaults to 0.5.
        order (str): ``'together'``, or block by block,
            ``'first_to_last'`` or ``'last_to_first'``, with the same time for
            each block; within each stage, if stages have fractions of their
            own. Defaults to ``'together'``.

    Raises:
        UsageError: If the values are out of range.
    """
    start: float = 1.0
    end: float = 0.0
    begin: Union[float, Sequence[float]] = 0.0
    horizon: Union[float, Sequence[float]] = 0.5
    order: str = 'together'

    def __post_init__(self) -> None:
        if self.by_stage:
            self.stages(max(len(given) for given in self._given()))
            return
        check_choice('fade', 'order', self.order, ORDERS)
        for name in ('start', 'end', 'begin', 'horizon'):
            check_number('fade', name, getattr(self, name))
        if self.end != 0:
            raise UsageError(
                f'fade has end={self.end}; shortcuts fade to 0, because what '
                'is left is tested and shipped without them. Set end=0.')
        if not (self.start > 0 and 0 <= self.begin < self.horizon < 1):
            raise UsageError(
                f'{self} is not possible; it needs start > 0 and 0 <= begin < '
                'horizon < 1, so that the end of the run trains the network '
                'without shortcuts.')

    def _given(self) -> List[Sequence[float]]:
        return [given for given in (self.begin, self.horizon)
                if isinstance(given, (list, tuple))]

    @property
    def by_stage(self) -> bool:
        """Whether stages have fractions of their own."""
        return bool(self._given())

    def stages(self, count: int) -> List['Fade']:
        """When the shortcuts of each stage fade.

        Args:
            count (int): Number of stages.

        Raises:
            UsageError: If there are fractions for another number of stages.
        """
        if any(len(given) != count for given in self._given()):
            raise UsageError(
                f'fade has begin={self.begin} and horizon={self.horizon} for '
                f'{count} stages; give a number for all, or one for each.')
        begin, horizon = (
            each if isinstance(each, (list, tuple)) else [each] * count
            for each in (self.begin, self.horizon))
        return [replace(self, begin=first, horizon=last)
                for first, last in zip(begin, horizon)]

    def window(self, index: int, count: int) -> Tuple[float, float]:
        """The fractions of the run between which a shortcut fades.

        Args:
            index (int): Index of its block.
            count (int): Number of blocks.
        """
        if self.order == 'together':
            return self.begin, self.horizon
        place = index if self.order == 'first_to_last' else count - 1 - index
        length = (self.horizon - self.begin) / count
        return self.begin + place * length, self.begin + (place + 1) * length

    def weight(self, index: int, count: int, progress: float) -> float:
        """The weight of a shortcut at some progress of the run.

        Args:
            index (int): Index of its block.
            count (int): Number of blocks.
            progress (float): The fraction of the run that is done.

        Returns:
            float: Half a cosine from ``start`` to 0 over :meth:`window`.
        """
        begin, horizon = self.window(index, count)
        part = max(0.0, progress - begin) / (horizon - begin)
        return CosineDecay(self.start)(part)


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
    """Mixin of backbones that may have fading shortcuts.

    Attributes:
        fade (Fade, optional): When the shortcuts fade; None if they do not.
    """
    fade: Optional[Fade] = None

    def read_fade(self, shortcut: str, fade: Optional[dict], deploy: bool,
                  num_stages: int) -> None:
        """Read and check the options of fading.

        Args:
            shortcut (str): The backbone's option ``shortcut``.
            fade (dict, optional): The arguments of :class:`Fade`.
            deploy (bool): Whether it is built in its folded form.
            num_stages (int): Number of stages.

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
        self.fade.stages(num_stages)

    def set_progress(self, progress: float) -> None:
        """Set the weights of the shortcuts.

        Args:
            progress (float): The fraction of the run that is done.
        """
        for fade, shortcuts in self._fades:
            for index, shortcut in enumerate(shortcuts):
                shortcut.fade(fade.weight(index, len(shortcuts), progress))

    @cached_property
    def _fades(self) -> List[Tuple[Fade, List[FadingShortcut]]]:
        if not self.fade.by_stage:
            return [(self.fade, _shortcuts_of(self))]
        stages = [getattr(self, name) for name in self.res_layers]
        return list(zip(self.fade.stages(len(stages)),
                        map(_shortcuts_of, stages)))


def _shortcuts_of(module: nn.Module) -> List[FadingShortcut]:
    return [each for each in module.modules()
            if isinstance(each, FadingShortcut)]
