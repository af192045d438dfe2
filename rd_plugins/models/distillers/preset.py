"""Methods by their names: distillers whose options name the objectives."""
from inspect import signature
from typing import List

from .distiller import Distiller


class Preset(Distiller):
    """A :class:`Distiller` for one method.

    A method derives from it and says in :meth:`objectives_of` which
    objectives its options stand for. Every other argument is the distiller's.
    """

    def __init__(self, *args, **kwargs) -> None:
        names = signature(self.objectives_of).parameters
        options = {name: kwargs.pop(name) for name in names if name in kwargs}
        super().__init__(
            *args, objectives=self.objectives_of(**options), **kwargs)

    @staticmethod
    def objectives_of(**options) -> List[dict]:
        """The objectives that the method's options stand for.

        Returns:
            list[dict]: Their configs.
        """
        raise NotImplementedError
