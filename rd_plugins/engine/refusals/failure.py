"""An exception, and the functions that it passed through."""
import re
from difflib import get_close_matches
from functools import cached_property
from os import path as osp
from traceback import extract_tb, walk_tb
from types import FrameType
from typing import Any, Callable, Iterable, List, Optional


def nearest(word: str, known: Iterable[str]) -> Optional[str]:
    """The known word that is most like a misspelt one, whatever its case."""
    by_lower = {name.lower(): name for name in known}
    found = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``'; did you mean X?'``, or a full stop if nothing is near."""
    near = nearest(word, known)
    return f'; did you mean {near!r}?' if near else '.'


class Failure:
    """An exception, and the functions that it passed through.

    Args:
        error (BaseException): The exception, with its traceback.

    Attributes:
        message (str): Its first line.
        frames (list[FrameType]): The frames of its traceback, outermost
            first. Their variables tell what was built, and from what.
    """

    def __init__(self, error: BaseException) -> None:
        self.error = error
        text = str(error.args[0]) if isinstance(error, KeyError) and \
            error.args else str(error)
        self.message = text.strip().split('\n')[0]
        self.frames: List[FrameType] = [
            frame for frame, _ in walk_tb(error.__traceback__)]

    def match(self, pattern: str, *kinds: type) -> Optional[re.Match]:
        """Search the message, if the exception is of one of the kinds."""
        if kinds and not isinstance(self.error, kinds):
            return None
        return re.search(pattern, str(self.error))

    def innermost(self, accepts: Callable[[FrameType], bool]
                  ) -> Optional[FrameType]:
        """The innermost frame that a function accepts."""
        return next(filter(accepts, reversed(self.frames)), None)

    def within(self, function: str, file: str) -> Optional[FrameType]:
        """The innermost frame of a function in a file that ends so."""
        return self.innermost(
            lambda frame: frame.f_code.co_name == function
            and frame.f_code.co_filename.replace(osp.sep, '/').endswith(file))

    def variable(self, name: str, accepts: Callable[[Any], bool]) -> Any:
        """The innermost local variable of that name that is accepted."""
        frame = self.innermost(
            lambda frame: name in frame.f_locals
            and accepts(frame.f_locals[name]))
        return None if frame is None else frame.f_locals[name]

    @cached_property
    def reason(self) -> str:
        """The message, or the failed line of an assertion without one."""
        if self.message:
            return self.message
        lines = extract_tb(self.error.__traceback__)
        failed = lines[-1].line if lines else ''
        return f'{type(self.error).__name__}: {failed}'
