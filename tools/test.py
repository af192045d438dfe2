"""Test a checkpoint.

Has the flags of MMPretrain's tool of that name; see ``--help``. Unlike it,
rejects a checkpoint without exactly the weights of the config's model.
"""
from typing import List, Optional

from mmengine.dist import is_main_process

from rd_plugins.engine.checks import check_config
from rd_plugins.engine.config_file import (build_model, check_data_folders,
                                           read_config)
from rd_plugins.engine.flags import load_mmpretrain_tool, parse_flags
from rd_plugins.engine.launch import build_runner
from rd_plugins.engine.refusals import (exit_on_usage_error,
                                        nothing_left_if_refused)
from rd_plugins.utils.checkpoint import check_checkpoint_fits
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.output_folder import check_output_file

PREDICTIONS = ('.pkl', )
FORMATS = ('.json', '.yml', '.yaml', '.pkl')


def check_out(out: Optional[str], item: Optional[str]) -> None:
    """Check ``--out`` before the test, which may take long.

    Raises:
        UsageError: If it cannot be written.
    """
    if out is None:
        if item is not None:
            raise UsageError('--out-item says what to write; add --out FILE.')
        return
    formats = FORMATS if item == 'metrics' else PREDICTIONS
    if not out.endswith(formats):
        what = 'metrics' if item == 'metrics' else 'predictions'
        raise UsageError(f'--out {out} has an unknown format for {what}; end '
                         f'it in {" or ".join(formats)} (metrics, '
                         '--out-item metrics: also .json, .yml).')
    check_output_file(out)


def main(argv: Optional[List[str]] = None) -> None:
    """Test with the arguments ``argv``, or those of the command line."""
    upstream = load_mmpretrain_tool('test')
    args = parse_flags(upstream, argv)
    check_out(args.out, args.out_item)
    cfg = upstream.merge_args(read_config(args.config), args)
    check_config(cfg)
    if not cfg.get('test_dataloader'):
        raise UsageError(f'{args.config} has no test_dataloader; add one, '
                         'with test_evaluator and test_cfg.')
    check_data_folders(cfg, 'test_dataloader')
    check_checkpoint_fits(args.checkpoint, build_model(cfg))
    with nothing_left_if_refused(cfg.work_dir):
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
