r"""Make a checkpoint ready to publish: the student's weights and metadata.

    python tools/publish_model.py CHECKPOINT OUT [--config CONFIG] \
        [--ema | --no-ema] [--force]

Writes OUT_DATE-HASH.pth, where HASH is the first eight digits of the file's
SHA-256, as with MMPretrain's tool of that name. Unlike it, keeps only the
weights of the student and the metadata. If the training averaged its weights
(EMAHook), the averaged weights are published; --ema requires them, --no-ema
publishes the others. With --config, the result must have exactly the weights
of that config's model.
"""
import argparse
from typing import List, Optional

from rd_plugins.engine.refusals import exit_on_usage_error
from rd_plugins.shipping.publish import publish
from rd_plugins.utils.arguments import tool_parser


def parse_args(argv: Optional[List[str]]) -> argparse.Namespace:
    """Read the command line."""
    parser = tool_parser(__doc__)
    parser.add_argument('checkpoint', help='checkpoint of a training')
    parser.add_argument('out', help='file to write, without date and hash')
    parser.add_argument('--config', help='config of the student')
    parser.add_argument('--ema', action=argparse.BooleanOptionalAction,
                        help='averaged weights, or those that were averaged')
    parser.add_argument('--force', action='store_true', help='replace a file')
    return parser.parse_args(argv)


def main(argv: Optional[List[str]] = None) -> None:
    """Publish the checkpoint."""
    args = parse_args(argv)
    path = publish(args.checkpoint, args.out, args.ema, args.config,
                   args.force)
    print(f'Published {path} ({path.stat().st_size / 2**20:.1f} MiB)')


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
