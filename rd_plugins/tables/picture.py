"""Draws the results of a table."""
from __future__ import annotations

from pathlib import Path
from statistics import mean
from textwrap import fill
from typing import TYPE_CHECKING, Dict, List

import matplotlib
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

if TYPE_CHECKING:
    from .report import Results

matplotlib.use('Agg')


def draw(results: Results, path: Path) -> None:
    """Draw one bar for each row, and accuracy by epoch where it is known.

    Args:
        results (Results): The results.
        path (Path): The picture to write.
    """
    rows = {fill(results.table.rows[name].title, 48): runs
            for name, runs in results.by_row().items() if runs}
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


def draw_bars(axes: Axes, rows: Dict[str, List[dict]]) -> None:
    """Draw the mean of each row, and its seeds as dots."""
    values = {title: [run['accuracy'] for run in runs]
              for title, runs in rows.items()}
    colors = [f'C{index}' for index in range(len(values))]
    axes.barh(list(values), [mean(group) for group in values.values()],
              color=colors, alpha=0.4)
    for title, group in values.items():
        axes.plot(group, [title] * len(group), 'k.')
        axes.text(min(group), title, f'{mean(group):.2f}  ', va='center',
                  ha='right')
    lowest = min(min(group) for group in values.values())
    axes.set(xlim=(max(0, lowest - 15), None), xlabel='test accuracy (%)')
    axes.invert_yaxis()


def draw_curves(axes: Axes, rows: Dict[str, List[dict]]) -> None:
    """Draw accuracy by epoch, one line for each seed, coloured as the bars."""
    for index, runs in enumerate(rows.values()):
        for run in runs:
            if run.get('curve'):
                epochs, values = zip(*run['curve'])
                axes.plot(epochs, values, color=f'C{index}')
    axes.set(xlabel='epoch', ylabel='test accuracy (%)')
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.3)
