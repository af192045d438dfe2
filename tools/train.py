"""Train a model.

Has the flags of MMPretrain's tool of that name; see ``--help``. Runs on one
GPU, on many (``tools/dist_train.sh``, ``tools/slurm_train.sh``) or on CPUs.
"""
from typing import List, Optional

from rd_plugins.engine.checks import check_config
from rd_plugins.engine.launch import (build_runner, check_data_folders,
                                      check_training, exit_on_usage_error,
                                      load_mmpretrain_tool, parse_flags,
                                      read_config)
from rd_plugins.engine.refusals import nothing_left_if_refused


def main(argv: Optional[List[str]] = None) -> None:
    """Train with the arguments ``argv``, or those of the command line."""
    upstream = load_mmpretrain_tool('train')
    args = parse_flags(upstream, argv)
    cfg = upstream.merge_args(read_config(args.config), args)
    check_config(cfg)
    check_data_folders(cfg, 'train_dataloader', 'val_dataloader')
    check_training(cfg)
    with nothing_left_if_refused(cfg.work_dir):
        build_runner(cfg).train()


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
