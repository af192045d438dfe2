"""Test a checkpoint.

Has the flags of MMPretrain's tool of that name; see ``--help``. Unlike it,
rejects a checkpoint without exactly the weights of the config's model.
"""
from typing import List, Optional

from mmengine.dist import is_main_process

from rd_plugins.engine.launch import (build_model, build_runner,
                                      check_data_folders, exit_on_usage_error,
                                      load_mmpretrain_tool, parse_flags,
                                      read_config)
from rd_plugins.utils.checkpoint import check_checkpoint_fits
from rd_plugins.utils.errors import UsageError


def main(argv: Optional[List[str]] = None) -> None:
    """Test with the arguments ``argv``, or those of the command line."""
    upstream = load_mmpretrain_tool('test')
    args = parse_flags(upstream, argv)
    if args.out is None and args.out_item is not None:
        raise UsageError('--out-item says what to write; add --out FILE.')
    if args.out and not args.out.endswith(('.json', '.pkl', '.yml', '.yaml')):
        raise UsageError(f'--out {args.out} has an unknown format; end it in '
                         '.json, .yml or .pkl (predictions: .pkl).')
    cfg = upstream.merge_args(read_config(args.config), args)
    check_data_folders(cfg, 'test_dataloader')
    check_checkpoint_fits(args.checkpoint, build_model(cfg))
    runner = build_runner(cfg)
    if args.out and args.out_item != 'metrics':
        runner.test_evaluator.metrics.append(
            upstream.DumpResults(out_file_path=args.out))
    metrics = runner.test()
    if args.out and args.out_item == 'metrics' and is_main_process():
        upstream.mmengine.dump(metrics, args.out)


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
