"""Writes the results of a table: JSON, Markdown and a picture."""
import json
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional

from rd_plugins.utils import markdown
from rd_plugins.utils.json_file import read_json
from rd_plugins.utils.lock import locked
from rd_plugins.utils.whole_file import write_bytes
from .picture import draw
from .places import without_places
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
        self.latencies: Dict[str, dict] = {}
        self._read()

    def _read(self) -> None:
        content = read_json(self.path)
        self.runs = content.get('runs', [])
        self.latencies = content.get('latencies', {})

    def find(self, row: str, seed: int) -> Optional[dict]:
        """The result of a row with a seed, if there is one."""
        return next((run for run in self.runs if run['row'] == row
                     and run['seed'] in (seed, None)), None)

    def add(self, result: dict) -> None:
        """Add a result, to what others have added too; write all files."""
        with locked(self.folder, wait=True):
            self._read()
            if not self.find(result['row'], result['seed']):
                self.runs.append(result)
                self.write()

    def set_weights(self, row: str, seed: int, weights: str) -> None:
        """Name the weights of a result that is there; write all files."""
        with locked(self.folder, wait=True):
            self._read()
            self.find(row, seed)['weights'] = weights
            self.write()

    def set_latencies(self, latencies: Dict[str, dict]) -> None:
        """Set the result of :func:`.speed.latencies`; write all files.

        In place of earlier ones, which were not measured beside these.
        """
        with locked(self.folder, wait=True):
            self._read()
            self.latencies = latencies
            self.write()

    def by_row(self) -> Dict[str, List[dict]]:
        """The runs of each row, in the order of the table."""
        return {name: [run for run in self.runs if run['row'] == name]
                for name in self.table.rows}

    def shown(self) -> List[dict]:
        """The runs of the table's rows; others may lie in the same file."""
        return [run for runs in self.by_row().values() for run in runs]

    def write(self) -> None:
        """Write JSON, Markdown and the picture."""
        content = dict(
            table=self.table.name, title=self.table.title,
            reduced=self.table.reduced, runs=self.runs,
            latencies=self.latencies)
        write_bytes((json.dumps(content, indent=1) + '\n').encode(),
                    str(self.path))
        write_bytes(self.markdown().encode(),
                    str(self.path.with_suffix('.md')))
        draw(self, self.path.with_suffix('.png'))

    def markdown(self) -> str:
        """The table as a Markdown page."""
        table = self.table
        lines = [f'# {table.title}', '']
        if table.reduced:
            lines += [f'**Reduced schedules**: {table.reduced}', '']
        if table.note:
            lines += [table.note, '']
        titles = ['network and training', 'test accuracy %', 'seeds',
                  'published', 'blocks', 'parameters', 'MACs']
        if self.latencies:
            titles.append('ms per image')
        rows = (self._cells(*each) for each in self.by_row().items())
        lines.append(markdown.table(titles, rows))
        return '\n'.join([*lines, *self._origin(), ''])

    def _cells(self, name: str, runs: List[dict]) -> List[str]:
        row = self.table.rows[name]
        accuracy, seeds = 'not run', ''
        size = ['', '', '']
        if runs:
            accuracy = markdown.spread([run['accuracy'] for run in runs])
            seeds = each_seed(runs)
            size = [each_once(run['blocks'] for run in runs
                              if run.get('blocks')),
                    each_once(f'{run["params"]:,}' for run in runs),
                    each_once(f'{run["macs"] / 1e6:.1f} M' for run in runs
                              if run['macs'])]
        if self.latencies:
            size.append(f'{self.latencies[name]["ms"]:.2f}'
                        if name in self.latencies else '')
        return [row.title, accuracy, seeds, row.published or '', *size]

    def _origin(self) -> List[str]:
        made: Dict[str, List[dict]] = {}
        for run in sorted(self.shown(), key=lambda run: run['date']):
            made.setdefault(origin_of(run), []).append(run)
        lines = ['Mean ± standard deviation over the seeds, after the last '
                 'epoch. Made by', '', '```bash',
                 self.table.made_by(self.shown()), '```', '']
        lines += [f'- {origin}: {names_of(runs)}'
                  for origin, runs in made.items()]
        data = sorted({run['data'] for run in self.shown()
                       if run.get('data')})
        if data:
            lines.append(f'- data (SHA-256 of labels and images): '
                         f'{"; ".join(data)}')
        if self.latencies:
            where = next(iter(self.latencies.values()))
            lines.append(
                '- latency: median at batch 1, norms folded, '
                + (where.get('gpu') or f'{where["threads"]} of '
                   f'{where["cores"]} CPU cores'))
        return lines


def changes_of(run: dict) -> str:
    """What was typed behind the table's command to change a run."""
    options = without_places(run.get('options', {}))
    return ' '.join([run['flags'], *['--cfg-options'] * bool(options), *(
        f'{name}={value}' for name, value in options.items())]).strip()


def origin_of(run: dict) -> str:
    """When, where and how a run was made."""
    how = ', with '.join(filter(None, (run['pytorch'], changes_of(run))))
    return (f'{run["date"]}: commit {run["commit"]}, {run["hardware"]}, '
            f'PyTorch {how}')


def names_of(runs: List[dict]) -> str:
    """Rows and seeds, such as ``teacher (0, 1), student (0)``."""
    seeds: Dict[str, List[str]] = {}
    for run in runs:
        known = seeds.setdefault(run['row'], [])
        known += [str(run['seed'])] * (run['seed'] is not None)
    return ', '.join(row + f' ({", ".join(each)})' * bool(each)
                     for row, each in seeds.items())


def each_once(values: Iterable[Any]) -> str:
    """What the seeds have; an ε-ResNet's blocks may differ among them."""
    return ' / '.join(dict.fromkeys(map(str, values)))


def each_seed(runs: List[dict]) -> str:
    """The seeds, with their accuracies if there are several."""
    seeds = {run['seed']: run['accuracy'] for run in runs
             if run['seed'] is not None}
    if len(seeds) < 2:
        return ''.join(map(str, seeds))
    return ', '.join(f'{seed}: {accuracy:.2f}'
                     for seed, accuracy in seeds.items())
