"""Errors that the user can mend, with messages of one sentence."""
from typing import Any, Iterable


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
