"""Distillers for published methods, whose options define objectives."""
from inspect import signature
from typing import List, Sequence

from .distiller import Distiller


class Preset(Distiller):
    """A :class:`Distiller` for one method.

    A subclass turns the method's options into objectives, in
    :meth:`objectives_of`.

    Args:
        *args: The arguments of :class:`Distiller`.
        objectives (Sequence[dict]): Configs of further objectives, after the
            method's own. Defaults to ``()``.
        **kwargs: The method's options, and the arguments of
            :class:`Distiller`.
    """

    def __init__(self, *args, objectives: Sequence[dict] = (),
                 **kwargs) -> None:
        names = signature(self.objectives_of).parameters
        options = {name: kwargs.pop(name) for name in names if name in kwargs}
        own = self.objectives_of(**options)
        super().__init__(*args, objectives=[*own, *objectives], **kwargs)

    @staticmethod
    def objectives_of(**options) -> List[dict]:
        """The configs of the objectives, from the method's options.

        Returns:
            list[dict]: Configs of :class:`Objective`.
        """
        raise NotImplementedError
