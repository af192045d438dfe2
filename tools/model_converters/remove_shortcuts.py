r"""Convert a trained ResNet to a plain network with the same outputs.

    python tools/model_converters/remove_shortcuts.py CONFIG CHECKPOINT \
        --out DIR [--shape HEIGHT WIDTH] [--force]

The conversion is exact and needs no training: every block passes its input on
in additional channels (RMNet, arXiv 2111.00687). Works for MMPretrain's
ResNet, ResNetV1c, ResNetV1d and ResNet_CIFAR and for rd_plugins.CifarResNet,
and removes the last three shortcuts of PlainResNet with shortcut='downsample'.
Prints the cost. DIR gets a config and a checkpoint. If the outputs differ,
nothing is written.
"""
from typing import List, Optional

from rd_plugins.engine.refusals import exit_on_usage_error
from rd_plugins.shipping.arguments import conversion_parser
from rd_plugins.shipping.remove_shortcuts import Cost, remove_shortcuts

WHEN_IT_PAYS = """\
It pays where additions of two tensors are missing or cost more than these
MACs, or as the start of pruning. Elsewhere a plain student that is trained
(docs/fading.md) is no larger than the residual network."""


def print_costs(residual: Cost, plain: Cost) -> None:
    """Print MACs and parameters of both networks, and the ratios."""
    for name, cost in (('with shortcuts, norms folded', residual),
                       ('without shortcuts', plain)):
        print(f'{name:30s}{cost.macs / 1e6:10.2f} M MACs '
              f'{cost.params:12,} params')
    macs, params = (new / old for old, new in zip(residual, plain))
    print(f'{"ratio":30s}{macs:10.2f} {params:20.2f}')


def main(argv: Optional[List[str]] = None) -> None:
    """Convert the network and print its cost."""
    args = conversion_parser(__doc__).parse_args(argv)
    written, residual, plain = remove_shortcuts(**vars(args))
    print_costs(residual, plain)
    print(WHEN_IT_PAYS)
    print(written)


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
