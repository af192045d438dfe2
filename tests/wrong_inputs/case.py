"""One wrong input, and how tables of them are written."""
from dataclasses import dataclass
from typing import List, Sequence, Tuple


@dataclass
class Case:
    """A tool that is called with something wrong.

    Args:
        where (str): The tool, or the part of it that is tried.
        what (str): What is wrong.
        tool (str): The tool's path under ``tools``.
        arguments (Sequence[str]): Its arguments; ``{data}`` stands for the
            folder of files, ``{out}`` for one that does not exist.
        code (str): Python code that is appended to the config ``{cfg}``.
        base (str): The config that ``{cfg}`` inherits from.
        quick (bool): Whether ``make test`` tries it.
    """
    where: str
    what: str
    tool: str
    arguments: Sequence[str]
    code: str = ''
    base: str = 'ce'
    quick: bool = False

    def __str__(self) -> str:
        return f'{self.where}: {self.what}'


def training(base: str, *rows: Tuple[str, ...]) -> List[Case]:
    """Trainings with wrong options.

    Args:
        base (str): The config to start from.
        *rows (tuple[str]): What is wrong, then options ``key=value`` or one
            piece of Python code, which has ``' = '`` in it. A ``*`` before
            the first marks a quick case.
    """
    cases = []
    for what, *changes in rows:
        code = [change for change in changes if ' = ' in change]
        options = [change for change in changes if ' = ' not in change]
        cases.append(Case(
            'train', what.lstrip('*'), 'train.py',
            ['{cfg}', '--work-dir', '{out}',
             *(['--cfg-options', *options] if options else [])],
            '\n'.join(code), base, what.startswith('*')))
    return cases


def calls(where: str, tool: str, *rows: Tuple[str, ...]) -> List[Case]:
    """Calls of a tool: what is wrong, then the arguments in one string."""
    return [Case(where, what.lstrip('*'), tool, line.split(), *more,
                 quick=what.startswith('*')) for what, line, *more in rows]
