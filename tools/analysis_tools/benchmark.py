r"""Latency, throughput, memory and size of networks, side by side.

    python tools/analysis_tools/benchmark.py NETWORK NETWORK ... \
        [--engines torch onnxruntime openvino] [--batch-sizes 1 8] \
        [--out work_dirs/benchmark]

A NETWORK is CONFIG, CONFIG@CHECKPOINT, CONFIG@KEY=VALUE or FILE.onnx; with
@rotate-180, its equal for rotated images. Norms are folded in all. On every
backend the networks take turns in one run; ratios are to the first. Peak
memory is what the backend's own allocator reports, where it reports any.
"""
import argparse
import shlex
import sys
from functools import partial
from pathlib import Path
from typing import List, Optional

import torch
from mmengine.registry import init_default_scope
from rich.console import Console
from rich.table import Table

from rd_plugins.benchmark.arguments import give_unique_names
from rd_plugins.benchmark.backends import ALL, BACKENDS, Backend
from rd_plugins.benchmark.memory import layer_timeline
from rd_plugins.benchmark.network import Network, read_network
from rd_plugins.benchmark.report import RUNS, SIZES, draw, rows_of, write
from rd_plugins.benchmark.run import run_backend, sizes_of
from rd_plugins.benchmark.sram import write_sram
from rd_plugins.engine.refusals import exit_on_usage_error
from rd_plugins.shipping.progress import bar
from rd_plugins.utils.arguments import number, tool_parser
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.output_folder import check_report_folder

COMMAND = 'tools/analysis_tools/benchmark.py'


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Read the command line."""
    available = [name for name, kind in BACKENDS.items()
                 if kind.is_available()]
    parser = tool_parser(__doc__)
    parser.add_argument('networks', nargs='+')
    parser.add_argument('--engines', nargs='+', default=available,
                        choices=list(BACKENDS),
                        help='default: all that are installed')
    parser.add_argument('--batch-sizes', nargs='+', default=[1],
                        type=number(at_least=1))
    parser.add_argument('--precision', default='fp32',
                        choices=['fp32', 'bf16', 'fp16', 'int8'])
    parser.add_argument('--threads', type=number(at_least=1),
                        default=torch.get_num_threads())
    parser.add_argument('--channels-last', action='store_true')
    parser.add_argument('--shape', nargs='+', type=number(at_least=1),
                        help='height and width; default: the config\'s')
    parser.add_argument('--accuracy', nargs='+', type=number(float),
                        help='of each network in percent, for the picture')
    parser.add_argument('--accelerator', default='ethos-u55-256',
                        help='for ethos-u')
    parser.add_argument('--sram', nargs='+', default=[ALL], metavar='SIZE',
                        help='limits for ethos-u, such as 256K 1M all')
    parser.add_argument('--optimise', default='Performance',
                        choices=['Performance', 'Size'], help='for ethos-u')
    parser.add_argument('--memory-mode', default='Shared_Sram',
                        help="for ethos-u, a section of Arm's vela.ini")
    parser.add_argument('--system-config', help='another')
    parser.add_argument('--repeats', type=number(at_least=2), default=50)
    parser.add_argument('--warm-up', type=number(at_least=0), default=10)
    parser.add_argument('--out', type=Path,
                        help='folder for benchmark.{csv,json,md,png}')
    return parser.parse_args(argv)


def read_networks(args: argparse.Namespace) -> List[Network]:
    """Read the networks and give each a unique name."""
    if args.accuracy and len(args.accuracy) != len(args.networks):
        raise UsageError(f'--accuracy has {len(args.accuracy)} numbers for '
                         f'{len(args.networks)} networks; give one each.')
    networks = []
    for index, text in enumerate(args.networks):
        network = read_network(text, args.shape)
        network.accuracy = args.accuracy and args.accuracy[index]
        networks.append(network)
    give_unique_names(networks)
    first, *others = networks
    for other in others:
        if other.shape != first.shape:
            raise UsageError(
                f'{first.name} takes images of {first.shape} and {other.name} '
                f'of {other.shape} (channels, height, width): a ratio would '
                'compare the images. Give one size: --shape HEIGHT WIDTH.')
    return networks


def choose_backends(args: argparse.Namespace, networks: List[Network],
                    console: Console) -> List[Backend]:
    """The backends that can run all networks; prints why others cannot."""
    chosen = []
    for name in args.engines:
        kind = BACKENDS[name]
        if not kind.is_available():
            raise UsageError(f'{name} is not installed here; see '
                             'docs/performance.md and docs/hardware.md.')
        if args.precision not in kind.precisions:
            console.print(f'{name} is left out: it has no {args.precision}.')
        elif not kind.reads_onnx and any(
                network.model is None for network in networks):
            console.print(f'{name} is left out: it does not run ONNX files.')
        elif set(args.batch_sizes) - set(kind.batch_sizes or
                                         args.batch_sizes):
            console.print(f'{name} is left out: it takes one image at a time.')
        else:
            chosen += kind.from_arguments(args)
    return chosen


def main(argv: Optional[List[str]] = None) -> None:
    """Measure, print and write."""
    argv = sys.argv[1:] if argv is None else argv
    args = parse_args(argv)
    check_report_folder(args.out)
    init_default_scope('mmpretrain')
    # Long lines in narrow terminals and in files, instead of split words.
    console = Console(width=max(150, Console().width))
    networks = read_networks(args)
    sizes = [sizes_of(network) for network in networks]
    results = []
    with bar() as progress:
        for backend in choose_backends(args, networks, console):
            for batch_size in args.batch_sizes:
                task = progress.add_task(
                    f'{backend.name}, batch {batch_size}',
                    total=args.warm_up + args.repeats)
                results += run_backend(
                    backend, networks, sizes, batch_size, args.repeats,
                    args.warm_up, partial(progress.advance, task),
                    console.print)
    if not results:
        raise UsageError('No engine ran any of the networks, see above.')
    for columns in (SIZES, RUNS):
        heading, *rows = rows_of(results, columns)
        table = Table(*heading)
        for row in rows:
            table.add_row(*row)
        console.print(table)
    estimates = [result for result in results if result.is_estimate]
    if args.out and estimates:
        write_sram(results, args.out)
    if args.out:
        write(results, args.out, shlex.join(['python', COMMAND, *argv]))
        images = [torch.zeros(args.batch_sizes[-1], *c.shape)
                  for c in networks]
        timelines = {
            c.name: layer_timeline(c.model, batch)
            for c, batch in zip(networks, images) if c.model is not None
        }
        draw([result for result in results if result not in estimates],
             timelines, args.out / 'benchmark.png')
        console.print(f'{args.out}/benchmark.csv, .json, .md and .png')


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
