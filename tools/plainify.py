r"""From the checkpoint of a ResNet to a plain network that is shipped.

    python tools/plainify.py CHECKPOINT --data FOLDER --out DIR \
        [--arch resnet50] [--budget-epochs 30] [--target cpu|gpu|ethos-u] \
        [--size 224] [--deploy-options OPTIONS] [--dry-run]

CHECKPOINT is a ResNet of torchvision, timm or MMPretrain, FOLDER has
{train,val}/CLASS with images. Trains the plain network (docs/fading.md), tests
both, folds and exports them, and ends with DIR/README.md. Every step is a call
of another tool here, with configs in DIR. The same command goes on where it
stopped. See docs/own_data.md.
"""
import argparse
from typing import List, Optional

from rd_plugins.engine.refusals import exit_on_usage_error
from rd_plugins.plainify.order import Order
from rd_plugins.plainify.run import plainify
from rd_plugins.plainify.target import TARGETS
from rd_plugins.utils.arguments import tool_parser


def parse_args(argv: Optional[List[str]]) -> argparse.Namespace:
    """Read the command line."""
    parser = tool_parser(__doc__)
    parser.add_argument('checkpoint', help='weights of a ResNet')
    parser.add_argument('--data', required=True, help='folder of images')
    parser.add_argument('--out', required=True, help='folder to write')
    parser.add_argument('--arch', help='which ResNet it is, to be checked')
    parser.add_argument(
        '--budget-epochs', type=int, default=30,
        help='epochs of the plain network')
    parser.add_argument(
        '--size', type=int, default=224, help='height and width of the input')
    parser.add_argument('--target', choices=TARGETS, default='cpu')
    parser.add_argument(
        '--deploy-options', default='', metavar='OPTIONS',
        help='further options of deploy.py, in quotes; begin with a space')
    parser.add_argument(
        '--dry-run', action='store_true', help='show the plan and its cost')
    return parser.parse_args(argv)


def main(argv: Optional[List[str]] = None) -> None:
    """Make a network plain, and say where the page is."""
    args = vars(parse_args(argv))
    dry_run = args.pop('dry_run')
    page = plainify(Order(**args), dry_run)
    if page:
        print(page.read_text().split('\n## ')[0])
        print(f'Written to {page}')


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
