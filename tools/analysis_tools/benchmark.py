"""Latency, throughput, memory and size of networks, side by side.

    python tools/analysis_tools/benchmark.py NETWORK NETWORK ... \
        [--engines torch onnxruntime openvino] [--batch-sizes 1 8] \
        [--out work_dirs/benchmark]

A NETWORK is CONFIG, CONFIG@CHECKPOINT, CONFIG@KEY=VALUE or FILE.onnx. Norms
are folded into the convolutions of all alike. On every engine the networks
take turns in one run; ratios are to the first of them. Peak memory is what the
engine's own allocator tells of; engines that tell nothing have none.
"""
import argparse
import shlex
import sys
from pathlib import Path
from typing import Dict, List, Optional

import torch
from mmengine.registry import init_default_scope
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from rd_plugins.benchmark.contender import Contender, read_contender
from rd_plugins.benchmark.engines import ENGINES, Engine, Torch
from rd_plugins.benchmark.memory import layer_timeline, traffic_bytes
from rd_plugins.benchmark.report import (MIB, RUNS, SIZES, Result, draw,
                                         rows_of, summarize, write)
from rd_plugins.engine.launch import exit_on_usage_error
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.measure import count_macs_and_params, times_in_turns

COMMAND = 'tools/analysis_tools/benchmark.py'


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Read the command line."""
    available = [n for n, engine in ENGINES.items() if engine.is_available()]
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('networks', nargs='+')
    parser.add_argument('--engines', nargs='+', default=available,
                        choices=list(ENGINES),
                        help='default: all that are installed')
    parser.add_argument('--batch-sizes', nargs='+', type=int, default=[1])
    parser.add_argument('--precision', default='fp32',
                        choices=['fp32', 'bf16', 'fp16'])
    parser.add_argument('--threads', type=int,
                        default=torch.get_num_threads())
    parser.add_argument('--channels-last', action='store_true')
    parser.add_argument('--shape', nargs='+', type=int,
                        help='height and width; default: the config\'s')
    parser.add_argument('--accuracy', nargs='+', type=float,
                        help='of each network in percent, for the picture')
    parser.add_argument('--repeats', type=int, default=50)
    parser.add_argument('--warm-up', type=int, default=10)
    parser.add_argument('--out', type=Path,
                        help='folder for benchmark.{csv,json,md,png}')
    return parser.parse_args(argv)


def read_networks(args: argparse.Namespace) -> List[Contender]:
    """The networks, each with a name of its own."""
    if args.accuracy and len(args.accuracy) != len(args.networks):
        raise UsageError(f'--accuracy has {len(args.accuracy)} numbers for '
                         f'{len(args.networks)} networks; give one each.')
    if args.repeats < 2:
        raise UsageError(f'--repeats is {args.repeats}; take 2 or more.')
    contenders = []
    for index, text in enumerate(args.networks):
        contender = read_contender(text, args.shape)
        contender.accuracy = args.accuracy and args.accuracy[index]
        if contender.name in [other.name for other in contenders]:
            contender.name += f' ({index + 1})'
        contenders.append(contender)
    return contenders


def sizes_of(contender: Contender) -> Dict[str, Optional[float]]:
    """What does not depend on the engine."""
    if contender.model is None:
        return dict(params=None, macs=None, traffic_mib=None)
    macs, params = count_macs_and_params(contender.model, contender.shape)
    traffic = traffic_bytes(contender.model, torch.zeros(1, *contender.shape))
    return dict(params=params, macs=macs, traffic_mib=traffic / MIB)


def measure(engine: Engine, contenders: List[Contender], sizes: List[dict],
            batch_size: int, args: argparse.Namespace,
            progress: Progress) -> List[Result]:
    """All networks on one engine."""
    label = f'{engine.name}, batch {batch_size}'
    task = progress.add_task(label, total=args.warm_up + args.repeats)
    torch.set_num_threads(args.threads)
    runs = {c.name: engine.load(c, batch_size) for c in contenders}
    times = times_in_turns(runs, args.repeats, args.warm_up,
                           lambda: progress.advance(task))
    peaks = [engine.peak_bytes(c, batch_size, runs[c.name])
             for c in contenders]
    first = times[contenders[0].name]
    return [
        Result(
            name=contender.name,
            engine=engine.name,
            device=engine.device(),
            precision=args.precision,
            batch_size=batch_size,
            threads=args.threads,
            peak_mib=peak and peak / MIB,
            memory_ratio=peak and peaks[0] and peaks[0] / peak,
            accuracy=contender.accuracy,
            **summarize(times[contender.name], batch_size, first),
            **size)
        for contender, size, peak in zip(contenders, sizes, peaks)
    ]


def choose_engines(args: argparse.Namespace, contenders: List[Contender],
                   console: Console) -> List[Engine]:
    """The engines that can do what was asked; a line for each other."""
    chosen = []
    for name in args.engines:
        kind = ENGINES[name]
        if not kind.is_available():
            raise UsageError(f'{name} is not installed; see '
                             'docs/performance.md.')
        if args.precision not in kind.precisions:
            console.print(f'{name} is left out: it has no {args.precision}.')
        elif issubclass(kind, Torch) and any(
                contender.model is None for contender in contenders):
            console.print(f'{name} is left out: it does not run ONNX files.')
        else:
            chosen.append(
                kind(args.threads, args.precision, args.channels_last))
    return chosen


def main(argv: Optional[List[str]] = None) -> None:
    """Measure, print and write."""
    argv = sys.argv[1:] if argv is None else argv
    args = parse_args(argv)
    init_default_scope('mmpretrain')
    # Narrow terminals and files get long lines, not torn words.
    console = Console(width=max(150, Console().width))
    contenders = read_networks(args)
    sizes = [sizes_of(contender) for contender in contenders]
    results = []
    with Progress(console=Console(stderr=True), transient=True) as progress:
        for engine in choose_engines(args, contenders, console):
            for batch_size in args.batch_sizes:
                results += measure(engine, contenders, sizes, batch_size,
                                   args, progress)
    for columns in (SIZES, RUNS):
        heading, *rows = rows_of(results, columns)
        table = Table(*heading)
        for row in rows:
            table.add_row(*row)
        console.print(table)
    if args.out:
        write(results, args.out, shlex.join(['python', COMMAND, *argv]))
        images = [torch.zeros(args.batch_sizes[-1], *c.shape)
                  for c in contenders]
        timelines = {
            c.name: layer_timeline(c.model, batch)
            for c, batch in zip(contenders, images) if c.model is not None
        }
        draw(results, timelines, args.out / 'benchmark.png')
        console.print(f'{args.out}/benchmark.csv, .json, .md and .png')


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
