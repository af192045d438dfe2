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

from rd_plugins.engine.refusals import exit_on_usage_error
from rd_plugins.shipping.arguments import conversion_parser
from rd_plugins.shipping.export.arguments import (add_export_arguments,
                                                  take_backend_options)
from rd_plugins.shipping.export.backend import Request
from rd_plugins.shipping.export.export import export

MEMORY = ('arena', 'arena_head', 'planned', 'sram', 'flash', 'dram')


def parse_args(argv: Optional[List[str]]) -> argparse.Namespace:
    """Read the command line."""
    parser = conversion_parser(__doc__, needs_out=False)
    parser.add_argument(
        '--test', action='store_true',
        help="accuracy of PyTorch and of the backend on the config's test set")
    add_export_arguments(parser)
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
