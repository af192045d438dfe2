"""The command line that the conversion tools share."""
import argparse

from rd_plugins.utils.arguments import number, tool_parser


def conversion_parser(description: str,
                      needs_out: bool = True) -> argparse.ArgumentParser:
    """The argument parser of a tool that converts a model."""
    parser = tool_parser(description)
    parser.add_argument('config', help='config of a classifier')
    parser.add_argument('checkpoint', help='its checkpoint')
    parser.add_argument('--out', required=needs_out, help='folder to write')
    parser.add_argument(
        '--shape', type=number(at_least=1), nargs='+',
        help='height and width of the images')
    parser.add_argument(
        '--force', action='store_true', help='replace the folder')
    return parser
