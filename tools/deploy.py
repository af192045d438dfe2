r"""Export a trained classifier and compare the backend with PyTorch.

    python tools/deploy.py CONFIG CHECKPOINT --backend onnxruntime \
        [--out DIR] [--dynamic] [--test] [--int8 IMAGES] [--calib-images DIR]

See docs/deployment.md for the backends and what each needs. Norms and Dirac
convolutions are folded. DIR (work_dirs/NAME_BACKEND) gets the backend's files,
serving.json, the model's config and report.json. If the backend's outputs
differ from PyTorch's, nothing is written.
"""
import argparse
from typing import List, Optional

from mmengine.config import DictAction

from rd_plugins.engine.refusals import exit_on_usage_error
from rd_plugins.shipping.export.backend import TOLERANCE, Request
from rd_plugins.shipping.export.backends import (add_backend_arguments,
                                                 take_backend_options)
from rd_plugins.shipping.export.export import export
from rd_plugins.utils.arguments import number

MEMORY = ('arena', 'arena_head', 'planned', 'sram', 'flash', 'dram')


def parse_args(argv: Optional[List[str]]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config', help='config of a classifier')
    parser.add_argument('checkpoint', help='its checkpoint')
    parser.add_argument('--out', help='folder to write')
    parser.add_argument(
        '--shape', type=number(at_least=1), nargs='+',
        help='height and width of the images')
    parser.add_argument(
        '--test', action='store_true',
        help="accuracy of PyTorch and of the backend on the config's test set")
    parser.add_argument(
        '--tolerance', type=number(float, at_least=0),
        help='relative difference of log-probabilities that passes '
        f'({TOLERANCE:.0e})')
    parser.add_argument(
        '--force', action='store_true', help='replace the folder')
    parser.add_argument(
        '--verbose', action='store_true', help='show what converters log')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction,
        help='changes to the config, key=value')
    add_backend_arguments(parser)
    args = parser.parse_args(argv)
    args.options = take_backend_options(args)
    return args


def as_text(key: str, value: object) -> str:
    """A number or a word of the report."""
    if key == 'difference':
        return f'{key} {value:.1e}'
    if key == 'bytes':
        return f'{value / 1024:.0f} KiB'
    if key in MEMORY:
        return f'{key} {value / 1024:.1f} KiB'
    return f'{key} {value:.2f}' if isinstance(value, float) else (
        f'{key} {value}')


def print_report(rows: List[dict]) -> None:
    """Print one line for PyTorch and each backend."""
    for row in rows:
        print(f'{row["name"]:18s}' + '  '.join(
            as_text(key, value) for key, value in row.items()
            if key != 'name'))


def main(argv: Optional[List[str]] = None) -> None:
    """Export the classifier and print the report."""
    request = Request(**vars(parse_args(argv)))
    print_report(export(request))
    print(f'Written to {request.folder}')


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
