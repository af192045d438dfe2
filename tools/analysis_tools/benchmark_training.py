r"""Time of a training step and of its parts, side by side.

    python tools/analysis_tools/benchmark_training.py CONFIG CONFIG ... \
        [--repeats 30] [--out work_dirs/benchmark_training]

The others are compared with the first config. Options follow their config:
CONFIG@default_hooks.device_input=None has the stock input, and
CONFIG@CHECKPOINT of an ε-ResNet leaves out its dead blocks. A config with
phases gets one row for each phase. The steps are those of the Runner without
its hooks, on random images, and take turns in one run. The input is also timed
alone.
"""
import argparse
import json
import shlex
import sys
from pathlib import Path
from statistics import mean, median
from typing import Any, Dict, List, Optional

import torch
from mmengine.device import get_device
from mmengine.logging import MMLogger
from mmengine.registry import init_default_scope
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from rd_plugins.benchmark.arguments import give_unique_names
from rd_plugins.benchmark.memory import peak_bytes
from rd_plugins.benchmark.training import TrainingStep, read_steps
from rd_plugins.engine.refusals import exit_on_usage_error
from rd_plugins.shipping.progress import bar
from rd_plugins.utils.arguments import number, tool_parser
from rd_plugins.utils.markdown import table
from rd_plugins.utils.measure import times_in_turns
from rd_plugins.utils.output_folder import check_report_folder

PARTS = ('input', 'student', 'teacher', 'hybrids', 'backward', 'optimizer')

COMMAND = 'tools/analysis_tools/benchmark_training.py'


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Read the command line."""
    parser = tool_parser(__doc__)
    parser.add_argument('configs', nargs='+')
    parser.add_argument('--repeats', type=number(at_least=1), default=30)
    parser.add_argument('--warm-up', type=number(at_least=0), default=5)
    parser.add_argument('--images', type=number(at_least=1), default=2560,
                        help='size of the data set')
    parser.add_argument('--threads', type=number(at_least=1),
                        default=torch.get_num_threads())
    parser.add_argument('--out', type=Path,
                        help='folder for benchmark_training.{json,md}')
    return parser.parse_args(argv)


def peak_mib(step: TrainingStep) -> float:
    """Peak memory of one step, without weights, data and momentum, in MiB."""
    return peak_bytes(step, get_device()) / 2**20


def time_steps(steps: List[TrainingStep], args: argparse.Namespace,
               progress: Progress) -> List[Dict[str, Any]]:
    """Time the training steps; one row for each."""
    turns = args.warm_up + args.repeats
    whole = progress.add_task('steps', total=turns)
    times = times_in_turns({step.name: step for step in steps}, args.repeats,
                           args.warm_up, lambda: progress.advance(whole))
    alone = progress.add_task('input alone', total=turns * len(steps))
    inputs = {}
    for step in steps:
        # Not in turns, in which workers would prefetch, and the mean, as the
        # batches of several workers come in bursts.
        batches = step.endless()
        inputs[step.name] = mean(times_in_turns(
            {'': lambda: next(batches)}, args.repeats, args.warm_up,
            lambda: progress.advance(alone))[''])
    taken_apart = progress.add_task('parts', total=len(steps))
    reference = median(times[steps[0].name])
    rows = []
    for step in steps:
        parts = [step.parts() for _ in range(max(3, args.repeats // 3))]
        seconds = median(times[step.name])
        rows.append(
            dict(
                name=step.name,
                step_ms=seconds * 1e3,
                times_the_first=seconds / reference,
                images_per_second=step.batch_size / seconds,
                input_alone_images_per_second=step.batch_size /
                inputs[step.name],
                peak_mib=peak_mib(step),
                macs_millions=step.macs / 1e6,
                macs_ratio=step.macs / steps[0].macs,
                **{
                    f'{part}_ms': median(p.get(part, 0) for p in parts) * 1e3
                    for part in PARTS
                }))
        progress.advance(taken_apart)
    return rows


def texts_of(rows: List[Dict[str, Any]]) -> List[List[str]]:
    """Heading and rows as text."""
    heading = [name.replace('_', ' ') for name in rows[0]]
    return [heading] + [[
        value if isinstance(value, str) else
        f'{value:,.0f}' if value >= 1000 else f'{value:.2f}'
        for value in row.values()
    ] for row in rows]


def main(argv: Optional[List[str]] = None) -> None:
    """Measure, print and write."""
    argv = sys.argv[1:] if argv is None else argv
    args = parse_args(argv)
    check_report_folder(args.out)
    init_default_scope('mmpretrain')
    # MMEngine logs every parameter that it initialises.
    MMLogger.get_current_instance().setLevel('ERROR')
    torch.set_num_threads(args.threads)
    steps = [s for text in args.configs for s in read_steps(text, args.images)]
    give_unique_names(steps)
    with bar() as progress:
        rows = time_steps(steps, args, progress)
    heading, *lines = texts_of(rows)
    shown = Table(*heading)
    for line in lines:
        shown.add_row(*line)
    Console(width=max(170, Console().width)).print(shown)
    hardware = f'{get_device()}, {args.threads} CPU threads, PyTorch ' \
        f'{torch.__version__}'
    print(hardware)
    if args.out:
        command = shlex.join(['python', COMMAND, *argv])
        args.out.mkdir(parents=True, exist_ok=True)
        (args.out / 'benchmark_training.json').write_text(
            json.dumps(
                dict(command=command, hardware=hardware, rows=rows), indent=1)
            + '\n')
        (args.out / 'benchmark_training.md').write_text(
            f'{table(heading, lines)}\n{hardware}\n\n'
            f'```bash\n{command}\n```\n')


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
