"""Errors that the user can mend, with messages of one sentence."""
import math
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, Iterable, Optional


class UsageError(ValueError):
    """An error in the arguments, configs or files of the user.

    Its message says what was given, what was found, what is allowed and what
    to do. The command line tools print it without a traceback and exit with
    status 1; in Python it is an ordinary ``ValueError``.
    """


class UnknownChoice(UsageError, KeyError):
    """A name or number that is not among those that may be chosen.

    Also a ``KeyError``, which MMPretrain raises for an unknown depth.
    """

    def __str__(self) -> str:
        return Exception.__str__(self)  # a KeyError's is in quotes


def check_choice(owner: str,
                 name: str,
                 value: Any,
                 allowed: Iterable,
                 hint: str = '') -> None:
    """Raise a :class:`UsageError` unless ``value`` is one of ``allowed``.

    Args:
        owner (str): The owner of the argument, usually a class name.
        name (str): The name of the argument.
        value (Any): The value that was given.
        allowed (Iterable): The values that may be given.
        hint (str): Last sentence of the message. Defaults to ''.

    Raises:
        UsageError: If ``value`` is not allowed.
    """
    allowed = list(allowed)
    if value not in allowed:
        choices = ', '.join(repr(choice) for choice in allowed)
        raise UnknownChoice(
            f'{owner} has no {name}={value!r}; choose one of '
            f'{choices}.{" " + hint if hint else ""}')


@dataclass(frozen=True)
class NumberRange:
    """The numbers that an option may be.

    All of them are finite: no option of ours means anything when it is NaN or
    infinite, and both pass comparisons that were not written for them.

    Args:
        at_least (float, optional): The smallest.
        above (float, optional): A bound that is not allowed itself.
        at_most (float, optional): The largest.
        below (float, optional): A bound that is not allowed itself.
        whole (bool): Whether they are integers. Defaults to False.
    """
    at_least: Optional[float] = None
    above: Optional[float] = None
    at_most: Optional[float] = None
    below: Optional[float] = None
    whole: bool = False

    def __contains__(self, value: Any) -> bool:
        kind = Integral if self.whole else Real
        if not isinstance(value, kind) or isinstance(value, bool):
            return False
        return math.isfinite(value) and not (
            (self.at_least is not None and value < self.at_least) or
            (self.above is not None and value <= self.above) or
            (self.at_most is not None and value > self.at_most) or
            (self.below is not None and value >= self.below))

    def __str__(self) -> str:
        bounds = [
            f'{name.replace("_", " ")} {value}'
            for name, value in vars(self).items()
            if name != 'whole' and value is not None
        ]
        return (f'a {"whole" if self.whole else "finite"} number'
                f'{", " if bounds else ""}{" and ".join(bounds)}')


def check_number(owner: str,
                 name: str,
                 value: Any,
                 hint: str = '',
                 **bounds) -> None:
    """Raise a :class:`UsageError` unless ``value`` is a number in a range.

    Args:
        owner (str): The owner of the argument, usually a class name.
        name (str): The name of the argument.
        value (Any): The value that was given.
        hint (str): Last sentence of the message. Defaults to ''.
        **bounds: The arguments of :class:`NumberRange`.

    Raises:
        UsageError: If ``value`` is not allowed.
    """
    allowed = NumberRange(**bounds)
    if value not in allowed:
        raise UsageError(f'{owner} has {name}={value!r}; it has to be '
                         f'{allowed}.{" " + hint if hint else ""}')


def check_bool(owner: str, name: str, value: Any) -> None:
    """Raise a :class:`UsageError` unless ``value`` is True or False.

    A string such as ``'no'`` would count as True.
    """
    if not isinstance(value, bool):
        raise UsageError(f'{owner} has {name}={value!r}; write True or False.')
