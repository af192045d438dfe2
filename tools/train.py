"""Train a model.

Has the flags of MMPretrain's tool of that name, and ``--epochs`` for a run of
another length; see ``--help``. Runs on one GPU, on many
(``tools/dist_train.sh``, ``tools/slurm_train.sh``) or on CPUs.
"""
from argparse import ArgumentParser
from typing import List, Optional

from rd_plugins.engine.checks import check_config
from rd_plugins.engine.config_file import check_data_folders, read_config
from rd_plugins.engine.flags import load_mmpretrain_tool, parse_flags
from rd_plugins.engine.launch import build_runner, check_training
from rd_plugins.engine.refusals import (exit_on_usage_error,
                                        nothing_left_if_refused)
from rd_plugins.engine.shorten import shorten
from rd_plugins.utils.arguments import number


def own_flags() -> ArgumentParser:
    """The flags that MMPretrain's tool does not have."""
    parser = ArgumentParser(
        usage='train.py CONFIG [--epochs N] [flags of MMPretrain, below]',
        add_help=False, allow_abbrev=False)
    parser.add_argument(
        '--epochs', type=number(at_least=1),
        help='another length of the run; milestones, warm-up and phases keep '
        'their shares of it')
    return parser


def main(argv: Optional[List[str]] = None) -> None:
    """Train with the arguments ``argv``, or those of the command line."""
    upstream = load_mmpretrain_tool('train')
    args = parse_flags(upstream, argv, own_flags())
    cfg = read_config(args.config)
    start = cfg.get('load_from')  # which --resume takes out
    cfg = upstream.merge_args(cfg, args)
    check_config(cfg)
    if args.epochs:
        shorten(cfg, args.epochs)
    check_data_folders(cfg, 'train_dataloader', 'val_dataloader')
    check_training(cfg, start)
    with nothing_left_if_refused(cfg.work_dir):
        build_runner(cfg).train()


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
