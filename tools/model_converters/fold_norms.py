r"""Fold the norms of a trained ResNet into its convolutions.

    python tools/model_converters/fold_norms.py CONFIG CHECKPOINT --out DIR \
        [--shape HEIGHT WIDTH] [--force]

For the backbones of rd_plugins, whose Dirac convolutions become ordinary ones,
and of MMPretrain; see docs/deployment.md. DIR gets a config and a checkpoint.
If the outputs differ, nothing is written. tools/deploy.py folds norms itself
and does not need this.
"""
from typing import List, Optional

from rd_plugins.engine.refusals import exit_on_usage_error
from rd_plugins.shipping.arguments import conversion_parser
from rd_plugins.shipping.fold_norms import fold_norms


def main(argv: Optional[List[str]] = None) -> None:
    """Fold the norms and print the written files."""
    print(fold_norms(**vars(conversion_parser(__doc__).parse_args(argv))))


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
