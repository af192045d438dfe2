r"""Make a table of results: train and test the rows that are missing.

    python tools/reproduce.py configs/tables/cifar10_plain20_20e.py \
        --jobs 2 --budget 170m --amp

Results are written to OUT (docs/results) as JSON, Markdown and a picture, with
the weights of the first seed and of what other rows are trained with. Rows
with a result there are not trained again, unless another row needs their
weights and they are gone. Interrupted trainings are resumed, which does not
change their results.
"""
import argparse
from typing import List, Optional

from rd_plugins.engine.refusals import exit_on_usage_error
from rd_plugins.tables.make import add_arguments, make_table
from rd_plugins.tables.table_file import read_table
from rd_plugins.utils.arguments import tool_parser


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Read the command line."""
    parser = tool_parser(__doc__)
    parser.add_argument('table', help='a file like those in configs/tables')
    parser.add_argument('--rows', nargs='+', help='only these')
    parser.add_argument(
        '--weights', nargs='+', default=[], metavar='NAME=PATH',
        help='checkpoints that are not trained here')
    add_arguments(parser, out='docs/results')
    return parser.parse_args(argv)


def main(argv: Optional[List[str]] = None) -> None:
    """Make the table."""
    args = parse_args(argv)
    make_table(read_table(args.table), args, args.rows, args.weights)


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
