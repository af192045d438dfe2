"""Make a table of results: train and test the rows that are missing.

    python tools/reproduce.py configs/tables/cifar10_plain20_20e.py \
        --jobs 2 --budget 170m --amp

Results are written to OUT (docs/results) as JSON, Markdown and a picture, with
the student's weights. Rows with a result there are not trained again.
Interrupted trainings are resumed, which does not change their results.
"""
import argparse
import time
from copy import deepcopy
from pathlib import Path
from typing import Dict, List, Optional

from mmengine.config import DictAction

from rd_plugins.engine.launch import exit_on_usage_error
from rd_plugins.tables.queue import Queue
from rd_plugins.tables.report import Results
from rd_plugins.tables.run import Run
from rd_plugins.tables.size import measured_size
from rd_plugins.tables.table import read_table, select
from rd_plugins.tables.weights import keep_weights
from rd_plugins.utils.arguments import number
from rd_plugins.utils.errors import UsageError

UNITS = dict(s=1, m=60, h=3600)


def seconds(text: str) -> float:
    """Read a time such as ``'170m'``."""
    try:
        return float(text[:-1]) * UNITS[text[-1]]
    except (KeyError, ValueError, IndexError):
        raise UsageError(f'--budget {text} is no time; write a number and s, '
                         'm or h, such as 170m.') from None


def given_weights(pairs: List[str]) -> Dict[str, str]:
    """Read ``NAME=PATH`` pairs."""
    weights = dict(pair.partition('=')[::2] for pair in pairs)
    for name, path in weights.items():
        if not Path(path).is_file():
            raise UsageError(f'--weights {name}={path} names no file; write '
                             'NAME=PATH with the path of a checkpoint.')
    return weights


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('table', help='a file like those in configs/tables')
    parser.add_argument('--rows', nargs='+', help='only these')
    parser.add_argument('--seeds', nargs='+', type=int, help='only these')
    parser.add_argument('--jobs', type=number(at_least=1), default=1,
                        help='runs at a time')
    parser.add_argument('--budget', help='stop after, such as 170m')
    parser.add_argument('--amp', action='store_true', help='mixed precision')
    parser.add_argument(
        '--weights', nargs='+', default=[], metavar='NAME=PATH',
        help='checkpoints that are not trained here')
    parser.add_argument('--work-dir', default='work_dirs/tables',
                        help='where trainings are kept')
    parser.add_argument('--out', default='docs/results',
                        help='where results are kept')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction,
                        default={}, help='changes to every config')
    return parser.parse_args(argv)


def main(argv: Optional[List[str]] = None) -> None:
    """Make the table."""
    args = parse_args(argv)
    deadline = args.budget and time.monotonic() + seconds(args.budget)
    table = read_table(args.table)
    results = Results(Path(args.out), deepcopy(table))  # with all its rows
    weights = given_weights(args.weights)
    select(table, args.rows, args.seeds)
    flags = ['--amp'] if args.amp else []
    runs = {}
    for seed in table.seeds:
        for row in table.rows.values():
            run = Run(table, row, seed, Path(args.work_dir), args.cfg_options,
                      weights)
            if not results.has(row.name, seed):
                runs.setdefault(run.name, run)

    def keep(run: Run) -> None:
        kept = keep_weights(run, Path(args.out) / 'weights')
        results.add(dict(run.result(flags), **measured_size(run),
                         weights=kept))
        print(f'{run.name}: {results.runs[-1]["accuracy"]:.2f} %', flush=True)

    left = Queue(list(runs.values()), args.jobs, deadline, flags, keep).work()
    state = f'{len(left)} left; run the same command to go on' if left else \
        'complete'
    print(f'{results.path.with_suffix(".md")}: {state}')


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
