"""The command line of the tools."""
from argparse import (ArgumentParser, ArgumentTypeError,
                      RawDescriptionHelpFormatter)
from typing import Callable, Union

from .errors import NumberRange

Number = Union[int, float]


def tool_parser(description: str) -> ArgumentParser:
    """The parser of a tool, whose help is its docstring as it stands."""
    return ArgumentParser(description=description,
                          formatter_class=RawDescriptionHelpFormatter)


def number(kind: type = int, **bounds: Number) -> Callable[[str], Number]:
    """A ``type`` of :meth:`argparse.ArgumentParser.add_argument`.

    Args:
        kind (type): int or float. Defaults to int.
        **bounds: The arguments of :class:`NumberRange`.

    Returns:
        Callable: Reads a finite number within the bounds.
    """
    allowed = NumberRange(**bounds, whole=kind is int)

    def read(text: str) -> Number:
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value not in allowed:
            raise ArgumentTypeError(f'{text!r} is not {allowed}.')
        return value

    return read
