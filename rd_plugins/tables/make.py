"""Makes a table of results, for the tools reproduce and compare."""
import argparse
import time
from copy import deepcopy
from pathlib import Path
from typing import List, Optional, Sequence

from mmengine.config import DictAction

from rd_plugins.utils.arguments import number
from rd_plugins.utils.errors import NumberRange, UsageError
from rd_plugins.utils.output_folder import check_report_folder
from .given import given_weights
from .queue import Queue
from .report import Results
from .result import result_of
from .run import Run
from .same import check_given, check_not_edited, check_result, check_training
from .size import measured_size
from .speed import latencies
from .table import Table, select
from .weights import WEIGHTS, keep_weights, kept_weights

UNITS = dict(s=1, m=60, h=3600)


def seconds(text: str) -> float:
    """Read a time such as ``'170m'``."""
    try:
        found = float(text[:-1]) * UNITS[text[-1]]
    except (KeyError, ValueError, IndexError):
        found = None
    if found not in NumberRange(at_least=0):
        raise UsageError(f'--budget {text} is no time; write a number and s, '
                         'm or h, such as 170m.')
    return found


def add_arguments(parser: argparse.ArgumentParser, out: str) -> None:
    """Add what every table can be told.

    Args:
        parser (ArgumentParser): The parser of a tool.
        out (str): Where the tool keeps its results by default.
    """
    parser.add_argument('--seeds', nargs='+', type=number(at_least=0),
                        help="by default the table's, of compare.py 0")
    parser.add_argument('--jobs', type=number(at_least=1), default=1,
                        help='runs at a time')
    parser.add_argument('--budget', help='stop after, such as 170m')
    parser.add_argument('--amp', action='store_true', help='mixed precision')
    parser.add_argument(
        '--latency', action='store_true',
        help='also measure latencies; leave the machine alone meanwhile')
    parser.add_argument('--work-dir', default='work_dirs/tables',
                        help='where trainings are kept')
    parser.add_argument('--out', default=out, help='where results are kept')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction,
                        default={}, help='changes to every config')


def unfinished(runs: List[Run], results: Results) -> List[Run]:
    """The runs without a result, and what those need and is gone.

    Args:
        runs (list[Run]): All that are asked for.
        results (Results): The results that are there.

    Raises:
        UsageError: If a result or a training is there with other settings, or
            if weights that must be given are not.
    """
    missing = {}
    for run in runs:
        found = results.find(run.row.name, run.seed)
        if found:
            check_result(run, found, results.path)
            check_not_edited(run, found)
        else:
            check_training(run)
            missing[run.name] = run
    to_do, checked = list(missing.values()), set(missing)
    for run in to_do:  # grows with what those need, in turn
        for needed in run.needs.values():
            if needed.row.checkpoint:
                needed.checkpoint()  # now, not when its turn comes
            if needed.name in checked:
                continue
            checked.add(needed.name)
            check_training(needed)
            if not needed.is_trained():
                print(f'{needed.name} has its result, but its weights are '
                      f'gone; it is trained again for {run.name}.', flush=True)
                to_do.append(needed)
    return to_do


def keep(run: Run, results: Results) -> None:
    """Add a finished run to the results, with its weights.

    One that was trained again gives its weights to the result that is there,
    if it has reproduced it.
    """
    result = result_of(run)
    accuracy = result['accuracy']
    print(f'{run.name}: {accuracy:.2f} %', flush=True)
    found = results.find(run.row.name, run.seed)
    if found and found['accuracy'] != accuracy:
        print(f'{run.name} has {found["accuracy"]:.2f} % in {results.path}, '
              'which stays as it is. What is trained with its weights now has '
              'another teacher or start than what was trained before.',
              flush=True)
        return
    weights = None
    if results.table.keeps_weights(run.row.name, run.seed):
        weights = keep_weights(run, results.folder / WEIGHTS)
    if not found:
        results.add(dict(result, **measured_size(run), weights=weights))
    elif weights:
        results.set_weights(run.row.name, run.seed, weights)


def make_table(table: Table, args: argparse.Namespace,
               rows: Optional[Sequence[str]] = None,
               weights: Sequence[str] = ()) -> None:
    """Train and test what is missing, and write the table.

    Args:
        table (Table): The table.
        args (Namespace): What :func:`add_arguments` asks for.
        rows (Sequence[str], optional): Only these. Defaults to None: all.
        weights (Sequence[str]): ``NAME=PATH`` of checkpoints that are not
            trained. Defaults to ().
    """
    for folder in (args.out, args.work_dir):
        check_report_folder(Path(folder))
    deadline = args.budget and time.monotonic() + seconds(args.budget)
    given = given_weights(weights, table)
    results = Results(Path(args.out), deepcopy(table))  # with all its rows
    select(table, rows, args.seeds)
    for row in table.rows.values():
        check_given(row, results.runs, results.path)
    runs = {}
    for seed in table.seeds:
        for row in table.rows.values():
            run = Run(table, row, seed, Path(args.work_dir), args.cfg_options,
                      given, kept_weights(results), args.amp)
            runs.setdefault(run.name, run)
    to_do = unfinished(list(runs.values()), results)
    left = Queue(to_do, args.jobs, deadline,
                 lambda run: keep(run, results)).work()
    if args.latency and not left:
        results.set_latencies(latencies([
            run for run in runs.values() if run.seed == table.seeds[0]]))
    state = f'{len(left)} left; run the same command to go on' if left else \
        'complete'
    print(f'{results.path.with_suffix(".md")}: {state}')
