"""A table of results: which configs, with which seeds."""
from dataclasses import dataclass, field
from typing import Dict, List, Optional, Sequence

from rd_plugins.utils.errors import UsageError


@dataclass
class Row:
    """One line of a table.

    Args:
        name (str): Short, for file names.
        title (str): Its title in the table.
        config (str): Path of the config that trains it.
        options (dict): What the table changes in that config.
        epochs (int, optional): Its length, with all its schedules in
            proportion; see :func:`shorten`. Defaults to None: the config's.
        test_config (str): The config that its checkpoint is tested with,
            strictly. Defaults to the one that trains it.
        test_options (dict): What the table changes in that. Defaults to
            ``options`` where both configs are the same.
        teacher (str, optional): Name of the row that teaches it.
        start (str, optional): Name of the row whose network it goes on from.
        checkpoint (str, optional): Name of weights that are tested and not
            trained; the command line gives their file: ``--weights
            NAME=PATH``.
        published (str, optional): The result that the source reports.
    """
    name: str
    title: str
    config: str
    options: dict = field(default_factory=dict)
    epochs: Optional[int] = None
    test_config: str = ''
    test_options: dict = field(default_factory=dict)
    teacher: Optional[str] = None
    start: Optional[str] = None
    checkpoint: Optional[str] = None
    published: Optional[str] = None

    def __post_init__(self) -> None:
        self.test_config = self.test_config or self.config
        if self.test_config == self.config and not self.test_options:
            self.test_options = self.options

    @property
    def needs(self) -> List[str]:
        """Names of the rows whose weights it is trained with."""
        return [name for name in (self.teacher, self.start) if name]


@dataclass
class Table:
    """A table of results.

    Args:
        name (str): Name of its file.
        title (str): Its heading.
        rows (dict[str, Row]): The rows by name, a teacher before its students.
        seeds (Sequence[int]): Every row is trained with each of these.
        reduced (str, optional): How the schedules are shorter than those of
            the source; shown with the results. Defaults to None: they are not.
        note (str): Further notes for the reader.
        command (str, optional): What makes it. Defaults to None: reproduce.py
            with its file and the weights that it is given.
        path (str, optional): Its file, as the user names it. Defaults to None:
            the one of this name in ``configs/tables``.
    """
    name: str
    title: str
    rows: Dict[str, Row]
    seeds: Sequence[int] = (0, )
    reduced: Optional[str] = None
    note: str = ''
    command: Optional[str] = None
    path: Optional[str] = None

    def made_by(self, runs: Sequence[dict]) -> str:
        """The command that makes it.

        Args:
            runs (Sequence[dict]): Results: whose weights were given, their
                seeds, and whether all were trained with ``--amp``.
        """
        if self.command:
            return self.command  # as it was typed
        given = dict.fromkeys(row.checkpoint for row in self.rows.values()
                              if row.checkpoint)
        for run in runs:
            given.update(dict.fromkeys(run.get('given_weights', ())))
        seeds = sorted({run['seed'] for run in runs} - {None})
        return ' '.join([
            'python tools/reproduce.py',
            self.path or f'configs/tables/{self.name}.py',
            *(['--weights'] if given else []),
            *(f'{name}={name}.pth' for name in given),
            *(['--seeds', *map(str, seeds)]
              if not set(seeds) <= set(self.seeds) else []),
            *(['--amp'] if runs and all('--amp' in run['flags']
                                        for run in runs) else [])])

    def keeps_weights(self, row: str, seed: int) -> bool:
        """Whether a run's weights are kept beside its result.

        Those of the first seed, and what other rows are trained with: the
        table goes on from there on another machine.
        """
        return seed == self.seeds[0] or any(
            row in each.needs for each in self.rows.values())


def select(table: Table, names: Optional[List[str]],
           seeds: Optional[List[int]]) -> None:
    """Reduce a table to some rows, those they need, and some seeds, in place.

    Raises:
        UsageError: If a name is unknown.
    """
    if seeds:
        table.seeds = seeds
    if not names:
        return
    for name in names:
        if name not in table.rows:
            raise UsageError(f'{table.name} has no row {name!r}; choose from '
                             f'{", ".join(table.rows)}.')
    needed = list(names)
    for name in needed:  # grows with what those need, in turn
        needed += table.rows[name].needs
    table.rows = {name: row for name, row in table.rows.items()
                  if name in needed}
