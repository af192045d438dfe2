"""Keeps trainings and results of different settings apart."""
from copy import copy
from pathlib import Path
from typing import List

from mmengine.config import Config

from rd_plugins.engine.resume import changes
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.recorded_config import flat
from rd_plugins.utils.whole_file import numbered_checkpoints
from .places import without_places
from .run import TRAIN_CONFIG, Run
from .table import Row

ADVICE = 'To keep both, name other folders: --work-dir and --out.'


def check_training(run: Run) -> None:
    """Check that what was trained in a run's folder had its settings.

    Raises:
        UsageError: If not: its checkpoints would count as the run's.
    """
    path = run.folder / TRAIN_CONFIG
    if not path.is_file() or not numbered_checkpoints(run.folder):
        return
    chosen = flat(run.options)

    def settings(cfg: Config) -> dict:
        # The weights of other rows lie in other folders.
        return {key: value for key, value in without_places(
            cfg.to_dict()).items()
            if not key.endswith('.checkpoint') or key in chosen}

    recorded, asked = Config.fromfile(path), run.config_with_weights()
    if 'given_weights' not in recorded:  # by an earlier version
        asked.pop('given_weights', None)
    differences = changes(settings(recorded), settings(asked))
    if differences:
        raise UsageError(
            f'{run.folder} holds checkpoints of another training of '
            f'{run.name}: {differences[0]}'
            f'{", and more" * (len(differences) > 1)}. {ADVICE}')


def check_not_edited(run: Run, result: dict) -> None:
    """Check that a run with a result is still what was trained for it.

    As far as its folder is there, and the weights that it was trained with
    are named.

    Raises:
        UsageError: If its config has changed since.
    """
    if all(needed.row.checkpoint in (None, *run.weights)
           for needed in run.needs.values()):
        same = copy(run)
        same.amp = '--amp' in result.get('flags', '')
        check_training(same)


def check_given(row: Row, results: List[dict], path: Path) -> None:
    """Check that a row's weights are given for all its results, or for none.

    Args:
        row (Row): The row.
        results (list[dict]): What is there of all rows.
        path (Path): The file that holds it.

    Raises:
        UsageError: If its results were trained and its weights are given now,
            or the other way round.
    """
    seeds = [result['seed'] for result in results
             if result['row'] == row.name]
    if row.checkpoint and any(seed is not None for seed in seeds):
        raise UsageError(f'{path} has a result of {row.name} that was '
                         f'trained, and --weights gives its weights. {ADVICE}')
    if not row.checkpoint and None in seeds:
        raise UsageError(
            f'{path} has a result of {row.name} with weights that were given; '
            f'give them again, --weights {row.name}=PATH. {ADVICE}')


def check_result(run: Run, result: dict, path: Path) -> None:
    """Check that a result is that of a run.

    Args:
        run (Run): The run.
        result (dict): What :func:`.result.result_of` has returned for it.
        path (Path): The file that holds it.

    Raises:
        UsageError: If it was made by another config, in other epochs or, as
            far as it records them, with other options, another teacher or
            another file of given weights.
    """
    expected = run.settings()
    if run.row.checkpoint:
        expected = dict(given_weights=expected['given_weights'])
    for name, wanted in expected.items():
        found = result.get(name, wanted)  # earlier ones record less
        if name == 'config' and found:  # as seen from another checkout
            found, wanted = Path(found).parts[-2:], Path(wanted).parts[-2:]
        if name == 'options':
            found = without_places(found)  # earlier ones have them
        if name == 'given_weights':  # as far as they are named this time
            found = {key: found.get(key, wanted[key]) for key in wanted}
        if found != wanted:
            raise UsageError(
                f'{path} has a result of {run.name} with other {name}: '
                f'{result[name]}, not {expected[name]}. {ADVICE}')
