"""Tables in Markdown."""
from statistics import mean, stdev
from typing import Iterable, Sequence


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; each of its lines ends in a newline.

    Args:
        heading (Sequence[str]): The titles of the columns.
        rows (Iterable[Sequence[str]]): The cells of each row.
    """
    rule = f'{"|---" * len(heading)}|\n'
    first, *rest = (f'| {" | ".join(cells)} |\n' for cells in (heading, *rows))
    return ''.join([first, rule, *rest])


def spread(values: Sequence[float]) -> str:
    """Mean and, if there are several values, standard deviation."""
    if len(values) == 1:
        return f'{values[0]:.2f}'
    return f'{mean(values):.2f} ± {stdev(values):.2f}'
