"""One training of a table: its files, configs and commands."""
import os
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Dict, List

from mmengine.config import Config

from rd_plugins.engine.shorten import shorten
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.package import files_folder, tool_command
from rd_plugins.utils.whole_file import (finished_epochs, numbered_checkpoints,
                                         write_bytes)
from .given import digest
from .places import without_places
from .table import Row, Table

# Not in the run's own folder, where MMEngine writes what became of it.
TRAIN_CONFIG = 'asked/train_config.py'
TEST_CONFIG = 'asked/test_config.py'
START = 'asked/start.pth'


@dataclass
class Run:
    """One row with one seed.

    Args:
        table (Table): Its table.
        row (Row): Its row.
        seed (int): Its seed.
        root (Path): The folder of all trainings.
        options (dict): Changes to every config, such as the data folder.
        weights (dict): Paths of given checkpoints, by the names in the rows.
        kept (dict): Paths of the weights that results keep, by the names of
            runs; they serve where the training's folder is gone.
        amp (bool): Train in mixed precision. Defaults to False.
    """
    table: Table
    row: Row
    seed: int
    root: Path
    options: dict
    weights: Dict[str, str]
    kept: Dict[str, str] = field(default_factory=dict)
    amp: bool = False

    @property
    def name(self) -> str:
        """The name of its folder."""
        if self.row.checkpoint:
            return self.row.name
        return f'{self.row.name}-seed{self.seed}'

    @property
    def folder(self) -> Path:
        """Its work folder."""
        return self.root / self.table.name / self.name

    @property
    def start_file(self) -> Path:
        """The weights that it goes on from."""
        return self.folder / START

    @cached_property
    def needs(self) -> Dict[str, 'Run']:
        """The runs whose weights it is trained with, by their rows."""
        return {
            name: Run(self.table, self.table.rows[name], self.seed, self.root,
                      self.options, self.weights, self.kept, self.amp)
            for name in self.row.needs
        }

    @cached_property
    def max_epochs(self) -> int:
        """How long it trains; reading a config takes a while."""
        cfg = self.training_config()
        if not (cfg.get('train_cfg') or {}).get('max_epochs'):
            raise UsageError(f'{self.row.config} has no train_cfg.max_epochs; '
                             'a table trains configs that go by epochs.')
        return cfg.train_cfg.max_epochs

    def epoch(self) -> int:
        """The number of finished epochs."""
        return finished_epochs(self.folder)

    def is_trained(self) -> bool:
        """Whether its training is finished."""
        return bool(self.row.checkpoint) or self.name in self.kept or \
            self.epoch() >= self.max_epochs

    def checkpoint(self) -> str:
        """The path of its weights.

        Raises:
            UsageError: If they must be given by ``--weights`` and are not.
        """
        if not self.row.checkpoint:
            epoch = self.epoch()
            if self.name in self.kept and epoch < self.max_epochs:
                return self.kept[self.name]
            return str(self.folder / f'epoch_{epoch}.pth')
        if self.row.checkpoint not in self.weights:
            raise UsageError(
                f'Row {self.row.name!r} tests weights that are not trained '
                f'here; give them: --weights {self.row.checkpoint}=PATH.')
        return self.weights[self.row.checkpoint]

    def training_config(self) -> Config:
        """What it trains, but for the weights of other rows."""
        cfg = Config.fromfile(self.row.config)
        cfg.merge_from_dict(deepcopy(self.row.options))  # pops _delete_
        if self.row.epochs:
            shorten(cfg, self.row.epochs)
        cfg.randomness = dict(cfg.get('randomness') or {}, seed=self.seed)
        cfg.merge_from_dict(self.options)
        if self.amp:  # as --amp of MMPretrain's tool
            cfg.optim_wrapper.type = 'AmpOptimWrapper'
            cfg.optim_wrapper.setdefault('loss_scale', 'dynamic')
        return cfg

    def config_with_weights(self) -> Config:
        """What it trains, with the weights of other rows."""
        cfg = self.training_config()
        if self.row.teacher:
            teacher = self.needs[self.row.teacher]
            cfg.model.teacher.init_cfg = dict(
                type='Pretrained', checkpoint=teacher.checkpoint())
        if self.row.start:
            cfg.load_from = str(self.start_file)
        cfg.given_weights = self._digests()  # the paths tell nothing
        return cfg

    def test_config(self) -> Config:
        """What it is tested with."""
        cfg = Config.fromfile(self.row.test_config)
        cfg.merge_from_dict(deepcopy(self.row.test_options))
        cfg.merge_from_dict(self.options)
        return cfg

    def train_command(self) -> List[str]:
        """Write the config of the training; returns its command."""
        path = self._write(self.config_with_weights(), TRAIN_CONFIG)
        resume = ['--resume'] if numbered_checkpoints(self.folder) else []
        return [*tool_command('train.py'), path,
                '--work-dir', str(self.folder), *resume]

    def write_test_config(self) -> str:
        """Write the config of the test; returns its path."""
        return self._write(self.test_config(), TEST_CONFIG)

    def test_command(self) -> List[str]:
        """Write the config of the test; returns its command."""
        path = self.write_test_config()
        return [*tool_command('test.py'), path,
                self.checkpoint(), '--work-dir', str(self.folder / 'test'),
                '--out', str(self.folder / 'test.json'), '--out-item',
                'metrics']

    def _write(self, cfg: Config, name: str) -> str:
        path = self.folder / name
        write_bytes(cfg.pretty_text.encode(), str(path))
        return str(path)

    def settings(self) -> dict:
        """What its result depends on, as far as the user has chosen it."""
        return dict(
            config=os.path.relpath(self.row.config, files_folder()),
            epochs=None if self.row.checkpoint else self.max_epochs,
            options=without_places(self.options),
            row_options=without_places(self.row.options),
            teacher=self.row.teacher,
            start=self.row.start,
            given_weights=self._digests())

    def _digests(self) -> Dict[str, str]:
        read = (self.row, *(run.row for run in self.needs.values()))
        return {row.checkpoint: digest(self.weights[row.checkpoint])
                for row in read if row.checkpoint in self.weights}

    def flags(self) -> str:
        """What makes the training faster, as the user has asked for it."""
        compiled = bool(self.training_config().get('compile'))
        return ' '.join(['--amp'] * self.amp + ['compile=True'] * compiled)
