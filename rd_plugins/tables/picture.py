"""Draws the results of a table."""
from __future__ import annotations

from pathlib import Path
from statistics import mean
from textwrap import fill
from typing import TYPE_CHECKING, List, Tuple

import matplotlib
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

if TYPE_CHECKING:
    from .report import Results

matplotlib.use('Agg')

Rows = List[Tuple[str, List[dict]]]  # titles, which may repeat, and runs


def draw(results: Results, path: Path) -> None:
    """Draw one bar for each row, and accuracy by epoch where it is known.

    Args:
        results (Results): The results.
        path (Path): The picture to write.
    """
    rows = [(fill(results.table.rows[name].title, 48), runs)
            for name, runs in results.by_row().items() if runs]
    has_curves = any(run.get('curve') for run in results.shown())
    count = 1 + has_curves
    figure, axes = plt.subplots(
        1, count, squeeze=False, layout='constrained',
        figsize=(7 * count, max(0.8 + 0.4 * len(rows), 4 * has_curves)))
    draw_bars(axes[0, 0], rows)
    if has_curves:
        draw_curves(axes[0, 1], rows)
    figure.suptitle(results.table.title + (
        ' (reduced schedules)' if results.table.reduced else ''))
    figure.savefig(path, dpi=110, bbox_inches='tight')
    plt.close(figure)


def draw_bars(axes: Axes, rows: Rows) -> None:
    """Draw the mean of each row, and its seeds as dots."""
    titles = [title for title, _ in rows]
    groups = [[run['accuracy'] for run in runs] for _, runs in rows]
    colors = [f'C{index}' for index in range(len(rows))]
    axes.barh(range(len(rows)), [mean(group) for group in groups],
              tick_label=titles, color=colors, alpha=0.4)
    for place, group in enumerate(groups):
        axes.plot(group, [place] * len(group), 'k.')
        axes.text(min(group), place, f'{mean(group):.2f}  ', va='center',
                  ha='right')
    lowest = min(min(group) for group in groups)
    axes.set(xlim=(max(0, lowest - 15), None), xlabel='test accuracy (%)')
    axes.invert_yaxis()


def draw_curves(axes: Axes, rows: Rows) -> None:
    """Draw accuracy by epoch, one line for each seed, coloured as the bars."""
    for index, (_, runs) in enumerate(rows):
        for run in runs:
            if run.get('curve'):
                epochs, values = zip(*run['curve'])
                axes.plot(epochs, values, color=f'C{index}')
    axes.set(xlabel='epoch', ylabel='test accuracy (%)')
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.3)
