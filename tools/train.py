"""Train a model.

Takes the flags of MMPretrain's tool of that name; see ``--help``. Runs on one
GPU, on many (``tools/dist_train.sh``, ``tools/slurm_train.sh``) or on CPUs.
"""
from mmengine.runner import find_latest_checkpoint

from rd_plugins.engine.launch import (build_runner, check_data_folders,
                                      exit_on_usage_error,
                                      load_mmpretrain_tool, read_config)
from rd_plugins.utils.checkpoint import check_checkpoint_fits


def main() -> None:
    """Train as the command line says."""
    upstream = load_mmpretrain_tool('train')
    args = upstream.parse_args()
    cfg = upstream.merge_args(read_config(args.config), args)
    check_data_folders(cfg, 'train_dataloader', 'val_dataloader')
    runner = build_runner(cfg)
    if cfg.resume:
        checkpoint = cfg.load_from or find_latest_checkpoint(cfg.work_dir)
        if checkpoint:
            check_checkpoint_fits(checkpoint, runner.model)
    runner.train()


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
