"""Distillers for published methods, whose options define objectives."""
from inspect import signature
from typing import List

from .distiller import Distiller


class Preset(Distiller):
    """A :class:`Distiller` for one method.

    A subclass turns the method's options into objectives, in
    :meth:`objectives_of`. All other arguments are the distiller's.
    """

    def __init__(self, *args, **kwargs) -> None:
        names = signature(self.objectives_of).parameters
        options = {name: kwargs.pop(name) for name in names if name in kwargs}
        super().__init__(
            *args, objectives=self.objectives_of(**options), **kwargs)

    @staticmethod
    def objectives_of(**options) -> List[dict]:
        """The configs of the objectives, from the method's options.

        Returns:
            list[dict]: Configs of :class:`Objective`.
        """
        raise NotImplementedError
