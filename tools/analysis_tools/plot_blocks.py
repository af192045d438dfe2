r"""Draw how the blocks of an ε-ResNet close and die.

    python tools/analysis_tools/plot_blocks.py WORK_DIR \
        [--baseline WORK_DIR] [--out blocks.png]

Reads the logs of a run, also of a resumed one, and plots each block's largest
response in each epoch relative to epsilon, with marks where it is closed or
dead; the learning rate and its restarts; and the validation error, with that
of a baseline run if given.
"""
import argparse
import json
from pathlib import Path
from typing import Dict, List, Optional

import matplotlib
import numpy as np

from rd_plugins.engine.hooks.block_log import LOG_FILE
from rd_plugins.engine.refusals import exit_on_usage_error
from rd_plugins.utils.arguments import tool_parser
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.output_folder import check_output_file

matplotlib.use('Agg')
from matplotlib import pyplot as plt  # noqa: E402
from matplotlib.backend_bases import FigureCanvasBase  # noqa: E402
from matplotlib.colors import LogNorm  # noqa: E402
from matplotlib.lines import Line2D  # noqa: E402

# What a line of a DeadBlockHook's log has
FIELDS = ('epoch', 'lr', 'restart', 'epsilon', 'blocks', 'peak', 'closed',
          'dead')
# Suffixes of what Matplotlib draws
PICTURES = tuple(f'.{kind}' for kind in sorted(
    FigureCanvasBase.get_supported_filetypes()))


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Read the command line."""
    parser = tool_parser(__doc__)
    parser.add_argument('work_dir', type=Path, help='folder of a run')
    parser.add_argument('--baseline', type=Path, help='folder of another')
    parser.add_argument('--out', type=Path, help='default: in WORK_DIR')
    return parser.parse_args(argv)


def read_lines(path: Path) -> List[dict]:
    """The lines of a log.

    Raises:
        UsageError: If one of them is broken.
    """
    lines = []
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        try:
            lines.append(json.loads(line))
        except json.JSONDecodeError as error:
            raise UsageError(
                f'Line {number} of the log {path} is broken ({error.msg}); '
                'the run may have been stopped while it was written. Delete '
                'the line.') from error
    return lines


def check_fields(lines: List[dict], work_dir: Path) -> None:
    """Check that the lines of a log have what is drawn.

    Raises:
        UsageError: If a field is missing.
    """
    for line in lines:
        absent = [name for name in FIELDS if name not in line]
        if absent:
            raise UsageError(
                f'A line of {LOG_FILE} in {work_dir} has no {absent[0]!r}; it '
                'was not written by a DeadBlockHook of this version.')


def read_log(work_dir: Path, name: str, key: str, epoch: str) -> List[dict]:
    """The lines of a log that have a key, one for each epoch.

    A resumed run has several log folders; a newer one replaces the epochs of
    older ones from its first epoch on, also where it has not come as far.

    Raises:
        UsageError: If there are no such lines.
    """
    by_epoch: Dict[int, dict] = {}
    for path in sorted(work_dir.glob(f'*/vis_data/{name}')):
        everything = read_lines(path)
        lines = [line for line in everything if key in line]
        if lines:
            # Validation may be seldom, so its first is not where a log begins.
            begin = everything[0].get('epoch', lines[0][epoch])
            by_epoch = {e: v for e, v in by_epoch.items() if e < begin}
            by_epoch.update((line[epoch], line) for line in lines)
    if not work_dir.is_dir():
        raise UsageError(f'There is no folder {work_dir}; name the work '
                         'folder of a run.')
    if not by_epoch:
        had = 'a DeadBlockHook' if name == LOG_FILE else 'validation'
        raise UsageError(f'{work_dir} has no log {name} with {key!r}; name '
                         f'the work folder of a run that had {had}.')
    return [by_epoch[e] for e in sorted(by_epoch)]


def edges(epochs: List[int]) -> List[float]:
    """The borders between epochs that follow each other."""
    return [epochs[0] - 0.5, *(epoch + 0.5 for epoch in epochs)]


def draw_blocks(axes: plt.Axes, log: List[dict]) -> None:
    """Plot responses as colours; rings are closed blocks, dots dead ones."""
    names = log[0]['blocks']
    epochs = [line['epoch'] for line in log]
    # If a schedule has set epsilon to 0, relative to its full value
    whole = max(line['epsilon'] for line in log) or 1
    ratio = np.array([
        np.array(line['peak']) / (line['epsilon'] or whole) for line in log
    ]).T
    ratio = np.where(ratio > 0, ratio, np.nan)
    image = axes.pcolormesh(
        edges(epochs), np.arange(len(names) + 1) - 0.5, ratio, cmap='RdBu_r',
        norm=LogNorm(0.1, 10))
    axes.figure.colorbar(
        image, ax=axes, label='largest response / ε', extend='both')
    for state, fill in (('closed', 'none'), ('dead', 'black')):
        points = [(line['epoch'], names.index(name)) for line in log
                  for name in line[state]]
        axes.scatter(*zip(*points) if points else ((), ()),
                     s=max(2, 300 / len(names)), linewidths=0.7,
                     facecolors=fill, edgecolors='black')
    stages = [name.split('.')[0] for name in names]
    borders = [i for i in range(1, len(names)) if stages[i] != stages[i - 1]]
    axes.hlines([b - 0.5 for b in borders], epochs[0] - 0.5, epochs[-1] + 0.5,
                color='black', linewidth=0.8)
    shown = range(0, len(names), max(1, len(names) // 25))
    axes.set_yticks(list(shown), [names[i] for i in shown], fontsize=7)
    axes.invert_yaxis()
    handles = [
        Line2D([], [], marker='o', linestyle='', color='black',
               markerfacecolor=fill, label=label)
        for label, fill in (('closed', 'none'), ('dead', 'black'))
    ]
    axes.legend(handles=handles, loc='lower left', bbox_to_anchor=(0, 1),
                ncols=2, frameon=False)


def draw_learning_rate(axes: plt.Axes, log: List[dict]) -> None:
    """Plot the learning rate of each epoch; lines are restarts."""
    axes.stairs([line['lr'] for line in log],
                edges([line['epoch'] for line in log]), baseline=None,
                color='C0')
    for line in log:
        if line['restart']:
            axes.axvline(line['epoch'] + 0.5, color='C3', linewidth=0.8)
    axes.set_yscale('log')
    axes.set_ylabel('learning rate\n(red: restart)')


def draw_error(axes: plt.Axes, work_dir: Path, color: str) -> None:
    """Plot the validation error after each validated epoch."""
    log = read_log(work_dir, 'scalars.json', 'accuracy/top1', 'step')
    axes.plot([line['step'] for line in log],
              [100 - line['accuracy/top1'] for line in log],
              marker='.', color=color, label=work_dir.resolve().name)
    axes.set_ylabel('validation error (%)')
    axes.legend(frameon=False)


def main(argv: Optional[List[str]] = None) -> None:
    """Read and draw."""
    args = parse_args(argv)
    if args.out:
        check_output_file(str(args.out), PICTURES)
    log = read_log(args.work_dir, LOG_FILE, 'peak', 'epoch')
    check_fields(log, args.work_dir)
    figure, (blocks, rate, error) = plt.subplots(
        3, sharex=True, figsize=(8, 9), layout='constrained',
        height_ratios=(3, 1, 1.4))
    draw_blocks(blocks, log)
    draw_learning_rate(rate, log)
    if any(args.work_dir.rglob('vis_data/scalars.json')):
        draw_error(error, args.work_dir, 'C0')
    if args.baseline:
        draw_error(error, args.baseline, 'C1')
    error.set_xlabel('epoch')
    out = args.out or args.work_dir / 'blocks.png'
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out, dpi=110)
    last = log[-1]
    print(f'{out}: {len(last["dead"])} of {len(last["blocks"])} blocks dead, '
          f'{sum(line["restart"] for line in log)} restarts')


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
