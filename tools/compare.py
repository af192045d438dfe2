r"""Train configs with several seeds and compare their accuracy.

    python tools/compare.py configs/demo/plain20_ce_mnist5k.py \
        configs/demo/plain20_mnist5k.py --seeds 0 1 2

Writes a table (mean ± standard deviation) as JSON and Markdown, and a picture.
What is finished is not trained again, what was interrupted is resumed. For a
table whose students wait for their teacher, see tools/reproduce.py.
"""
import argparse
import shlex
import sys
from collections import Counter
from pathlib import Path
from typing import Dict, List, Optional

from mmengine.config import Config

from rd_plugins.engine.config_file import read_config
from rd_plugins.engine.refusals import exit_on_usage_error
from rd_plugins.tables.make import add_arguments, make_table
from rd_plugins.tables.table import Row, Table
from rd_plugins.utils.arguments import number, tool_parser
from rd_plugins.utils.errors import UsageError


def named(configs: List[str]) -> Dict[str, Path]:
    """Configs by name, with the folder's before it where two have the same.

    Raises:
        UsageError: If there is no such config, or one is given twice.
    """
    paths = [Path(read_config(config).filename).resolve()
             for config in configs]
    stems = Counter(path.stem for path in paths)
    found = {}
    for path in paths:
        name = path.stem
        if stems[name] > 1:
            name = f'{path.parent.name}_{name}'
        if name in found:
            raise UsageError(f'Two configs are called {name}; their runs '
                             'would share a folder. Rename one.')
        found[name] = path
    return found


def is_longer(config: str, epochs: int) -> bool:
    """Whether a config trains for more epochs than that."""
    loop = Config.fromfile(config).get('train_cfg') or {}
    return loop.get('max_epochs', 0) > epochs


def table_of(args: argparse.Namespace) -> Table:
    """The table of the configs on the command line.

    Raises:
        UsageError: If a published result is none of theirs.
    """
    published = dict(pair.partition('=')[::2] for pair in args.published)
    rows = {}
    for name, path in named(args.configs).items():
        rows[name] = Row(name, name, str(path), epochs=args.epochs,
                         published=published.pop(name, None))
    for name in published:
        raise UsageError(f'--published names {name}, which is not among the '
                         f'configs; choose from {", ".join(rows)}.')
    length = f'{args.epochs} epochs, schedules in proportion.'
    reduced = args.epochs and any(
        is_longer(row.config, args.epochs) for row in rows.values())
    command = shlex.join(['python', 'tools/compare.py', *args.argv])
    return Table(args.name, args.name, rows, args.seeds or [0],
                 reduced=length if reduced else None,
                 note=length if args.epochs and not reduced else '',
                 command=command)


def file_name(text: str) -> str:
    """Read a name without folders."""
    if Path(text).name != text:
        raise argparse.ArgumentTypeError(
            f'{text!r} is no name of a file; name folders by --out.')
    return text


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Read the command line."""
    parser = tool_parser(__doc__)
    parser.add_argument('configs', nargs='+', help='what is compared')
    parser.add_argument('--epochs', type=number(at_least=1),
                        help='another length, all schedules in proportion')
    parser.add_argument(
        '--published', nargs='+', default=[], metavar='NAME=RESULT',
        help='results of the source, for a column of their own')
    parser.add_argument('--name', type=file_name, default='comparison',
                        help='the name of the table')
    add_arguments(parser, out='work_dirs/tables')
    argv = sys.argv[1:] if argv is None else argv
    return parser.parse_args(argv, argparse.Namespace(argv=argv))


def main(argv: Optional[List[str]] = None) -> None:
    """Make the comparison."""
    args = parse_args(argv)
    make_table(table_of(args), args)


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
