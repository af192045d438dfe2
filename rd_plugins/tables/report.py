"""Writes the results of a table: JSON, Markdown and a picture."""
import json
from pathlib import Path
from statistics import mean, stdev
from typing import Dict, List

from rd_plugins.utils.whole_file import write_bytes
from .table import Table


class Results:
    """The results of a table, stored in ``FOLDER/NAME.json``.

    Args:
        folder (Path): The folder of the results.
        table (Table): The table.
    """

    def __init__(self, folder: Path, table: Table) -> None:
        self.folder = folder
        self.table = table
        self.path = folder / f'{table.name}.json'
        self.runs: List[dict] = []
        if self.path.is_file():
            self.runs = json.loads(self.path.read_text())['runs']

    def has(self, row: str, seed: int) -> bool:
        """Whether a row has a result with this seed."""
        return any(run['row'] == row and run['seed'] in (seed, None)
                   for run in self.runs)

    def add(self, result: dict) -> None:
        """Add a result and write all files."""
        self.runs.append(result)
        self.write()

    def by_row(self) -> Dict[str, List[dict]]:
        """The runs of each row, in the order of the table."""
        return {name: [run for run in self.runs if run['row'] == name]
                for name in self.table.rows}

    def write(self) -> None:
        """Write JSON, Markdown and the picture."""
        content = dict(
            table=self.table.name, title=self.table.title,
            reduced=self.table.reduced, runs=self.runs)
        write_bytes((json.dumps(content, indent=1) + '\n').encode(),
                    str(self.path))
        write_bytes(self.markdown().encode(),
                    str(self.path.with_suffix('.md')))
        draw(self)

    def markdown(self) -> str:
        """The table as a Markdown page."""
        table = self.table
        lines = [f'# {table.title}', '']
        if table.reduced:
            lines += [f'**Reduced schedules**: {table.reduced}', '']
        if table.note:
            lines += [table.note, '']
        lines += ['| network and training | test accuracy % | seeds | '
                  'published | parameters | MACs |',
                  '|---|---|---|---|---|---|']
        for name, runs in self.by_row().items():
            lines.append(self._line(name, runs))
        return '\n'.join([*lines, '', *self._origin(), ''])

    def _line(self, name: str, runs: List[dict]) -> str:
        row = self.table.rows[name]
        accuracy, seeds = 'not run', ''
        size = ['', '']
        if runs:
            accuracy = spread([run['accuracy'] for run in runs])
            seeds = ', '.join(str(run['seed']) for run in runs
                              if run['seed'] is not None)
            size = [f'{runs[0]["params"]:,}', f'{runs[0]["macs"] / 1e6:.1f} M']
        return (f'| {row.title} | {accuracy} | {seeds} | '
                f'{row.published or ""} | {" | ".join(size)} |')

    def _origin(self) -> List[str]:
        known = {(run['commit'], run['hardware'], run['pytorch'],
                  run['flags'], run['date']) for run in self.runs}
        lines = ['Mean ± standard deviation over the seeds, after the last '
                 'epoch. Made by', '', '```bash',
                 f'python tools/reproduce.py configs/tables/{self.table.name}'
                 '.py', '```', '']
        for commit, hardware, pytorch, flags, date in sorted(known):
            lines.append(f'- {date}: commit {commit}, {hardware}, PyTorch '
                         f'{pytorch}' + (f', with {flags}' if flags else ''))
        return lines


def spread(values: List[float]) -> str:
    """Mean and, if there are several values, standard deviation."""
    if len(values) == 1:
        return f'{values[0]:.2f}'
    return f'{mean(values):.2f} ± {stdev(values):.2f}'


def draw(results: Results) -> None:
    """Draw one bar for each row, with its seeds as dots."""
    import matplotlib
    matplotlib.use('Agg')
    from matplotlib import pyplot as plt
    rows = {name: [run['accuracy'] for run in runs]
            for name, runs in results.by_row().items() if runs}
    titles = [results.table.rows[name].title for name in rows]
    figure, axes = plt.subplots(figsize=(7, 0.8 + 0.4 * len(rows)))
    axes.barh(titles, [mean(values) for values in rows.values()], color='0.8')
    for title, values in zip(titles, rows.values()):
        axes.plot(values, [title] * len(values), 'k.')
        axes.text(min(values), title, f'{mean(values):.2f}  ', va='center',
                  ha='right')
    lowest = min(min(values) for values in rows.values())
    axes.set(xlim=(max(0, lowest - 15), None), xlabel='test accuracy (%)',
             title='reduced schedules' if results.table.reduced else '')
    axes.invert_yaxis()
    figure.savefig(results.path.with_suffix('.png'), dpi=110,
                   bbox_inches='tight')
    plt.close(figure)
