r"""Convert an ε-ResNet to an ordinary network without its closed blocks.

    python tools/compress.py CONFIG CHECKPOINT --out DIR \
        [--calibration-batches N | --by-weights | --as-evaluated | \
         --dead-only] [--fold] [--test]

Removes the blocks that evaluation skips, the gates and the side heads. A block
is removed if it is dead, or closed and its response stays within ε on the
training set. Blocks that are neither open nor closed for good are tried both
ways on training images, and the better is kept. DIR gets a config, a
checkpoint and report.json. If the outputs differ, nothing is written.
"""
import argparse
from typing import Dict, List, Optional

import torch
from mmengine.config import DictAction

from rd_plugins.engine.refusals import exit_on_usage_error
from rd_plugins.shipping.arguments import conversion_parser
from rd_plugins.shipping.compress import Request, compress
from rd_plugins.utils.arguments import number


def parse_args(argv: Optional[List[str]]) -> argparse.Namespace:
    """Read the command line."""
    parser = conversion_parser(__doc__)
    decide = parser.add_mutually_exclusive_group()
    decide.add_argument(
        '--calibration-batches', type=int, metavar='N',
        help='use N batches of training images (default: all to check, '
        '50 to try)')
    decide.add_argument(
        '--by-weights', action='store_true',
        help='check whether the last convolutions have decayed, not images')
    decide.add_argument(
        '--as-evaluated', action='store_true',
        help='remove the blocks that evaluation skips without a check')
    decide.add_argument(
        '--dead-only', action='store_true',
        help='remove the dead blocks and open all others, without images')
    parser.add_argument(
        '--fold', action='store_true', help='fold norms into convolutions')
    parser.add_argument(
        '--test', action='store_true',
        help="accuracy before and after on the config's test set")
    parser.add_argument(
        '--repeats', type=number(at_least=1), default=50,
        help='timed forward passes of each')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction,
        help='changes to the config, key=value')
    return parser.parse_args(argv)


def print_rows(rows: Dict[str, dict]) -> None:
    """Print one line for each network, and the ratios."""
    print(f'{"":20s}{"blocks":>16s}{"params":>12s}{"M MACs":>10s}'
          f'{"ms":>9s}')
    for name, row in rows.items():
        row = dict(row)
        stages = row.pop('blocks')
        blocks = f'{"+".join(map(str, stages))} = {sum(stages)}'
        print(f'{name:20s}{blocks:>16s}{row.pop("params"):12,}'
              f'{row.pop("macs") / 1e6:10.2f}{row.pop("latency_ms"):9.2f}  ' +
              '  '.join(f'{key} {value:.2f}' if isinstance(value, float) else
                        f'{key} {value}' for key, value in row.items()))
    before, after = rows['all blocks'], rows['compressed']
    ratios = [after[key] / before[key]
              for key in ('params', 'macs', 'latency_ms')]
    print('{:48s}{:.3f}{:10.3f}{:9.3f}'.format('compressed / all', *ratios))


def main(argv: Optional[List[str]] = None) -> None:
    """Compress the network and print its sizes."""
    args = parse_args(argv)
    done = compress(Request(**vars(args)))
    print(f'Removed {len(done.removed)} blocks: '
          f'{", ".join(done.removed) or "none"}')
    for name, tried in done.tried.items():
        print(f'{name}: {tried["kept"]:.2f} % with it, '
              f'{tried["removed"]:.2f} % without, on training images: '
              f'{"removed" if name in done.removed else "kept"}')
    print_rows(done.networks)
    print(f'One image on the CPU, {torch.get_num_threads()} threads, median '
          f'of {args.repeats} in turns. Frozen gates pass over what is '
          'removed.')
    print(done.written)


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
