"""Make a checkpoint ready to publish: the student's weights and metadata.

    python tools/publish_model.py CHECKPOINT OUT [--config CONFIG] \
        [--ema | --no-ema] [--force]

Writes OUT_DATE-HASH.pth, where HASH is the first eight digits of the file's
SHA-256, as MMPretrain's tool of that name does. Unlike it, drops what was
trained beside a student, and what is not known to be needed: only the weights
and the metadata are kept. Where a training averaged its weights, the
checkpoint holds the averaged ones in first place, and they are published;
--ema insists on that, --no-ema takes the others. With --config, the result
must hold exactly the weights of that config's model.
"""
import argparse
from typing import List, Optional

from rd_plugins.engine.launch import exit_on_usage_error
from rd_plugins.shipping.publish import publish


def parse_args(argv: Optional[List[str]]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('checkpoint', help='checkpoint of a training')
    parser.add_argument('out', help='file to write, without date and hash')
    parser.add_argument('--config', help='config of the student')
    parser.add_argument('--ema', action=argparse.BooleanOptionalAction,
                        help='averaged weights, or those that were averaged')
    parser.add_argument('--force', action='store_true', help='replace a file')
    return parser.parse_args(argv)


def main(argv: Optional[List[str]] = None) -> None:
    """Publish as the command line says."""
    args = parse_args(argv)
    path = publish(args.checkpoint, args.out, args.ema, args.config,
                   args.force)
    print(f'Published {path} ({path.stat().st_size / 2**20:.1f} MiB)')


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
