"""Turn an ε-ResNet into an ordinary network without its redundant blocks.

    python tools/compress.py CONFIG CHECKPOINT --out DIR \
        [--calibration-batches N | --by-weights | --as-evaluated] \
        [--fold] [--test]

Removes the blocks that evaluation passes over, the gates and the side heads.
First it makes sure that each of these blocks is dead or that its response
stays within ε on the training set. DIR holds a config, a checkpoint and
report.json; when the outputs are not the same, nothing is written.
"""
import argparse
from pathlib import Path
from typing import Dict, List, Optional

import torch
from mmengine.config import DictAction
from torch import nn

from rd_plugins.deploy.evaluation import measure
from rd_plugins.engine.compression import (Evidence, check_closed_blocks,
                                           compressed_cfg, compressed_model,
                                           evidence_of_responses,
                                           evidence_of_weights,
                                           leave_what_is_evaluated)
from rd_plugins.engine.conversion import (TrainedModel, conversion_parser,
                                          image_shape, read_trained_model,
                                          with_preprocessor, write_model)
from rd_plugins.engine.launch import check_data_folders, exit_on_usage_error
from rd_plugins.models.utils import folded_copy
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.measure import (count_macs_and_params, forward_pass,
                                      median_times)
from rd_plugins.utils.output_folder import check_output_folder


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = conversion_parser(__doc__)
    decide = parser.add_mutually_exclusive_group()
    decide.add_argument(
        '--calibration-batches', type=int, metavar='N',
        help='look at N batches of training images instead of all')
    decide.add_argument(
        '--by-weights', action='store_true',
        help='without images: see whether the last convolutions have decayed')
    decide.add_argument(
        '--as-evaluated', action='store_true',
        help='remove what evaluation passes over without looking further')
    parser.add_argument(
        '--fold', action='store_true', help='fold norms into convolutions')
    parser.add_argument(
        '--test', action='store_true',
        help="accuracy before and after on the config's test set")
    parser.add_argument(
        '--repeats', type=int, default=50, help='timed forward passes of each')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction,
        help='changes to the config, key=value')
    return parser.parse_args()


def read_source(args: argparse.Namespace) -> TrainedModel:
    """The ε-ResNet, once all that is needed is known to be there."""
    for name in ('calibration_batches', 'repeats'):
        value = getattr(args, name)
        if value is not None and value < 1:
            raise UsageError(f'--{name.replace("_", "-")} {value} is too few; '
                             'it needs at least 1.')
    source = read_trained_model(args.config, args.checkpoint,
                                args.cfg_options)
    leave_what_is_evaluated(source)
    needed = [] if args.by_weights or args.as_evaluated else ['train']
    for name in needed + ['test'] * args.test:
        if not source.cfg.get(f'{name}_dataloader'):
            raise UsageError(
                f'{args.config} has no {name}_dataloader; give one, or go by '
                'the weights with --by-weights, and leave --test out.')
        check_data_folders(source.cfg, f'{name}_dataloader')
    return source


def find_evidence(args: argparse.Namespace,
                  source: TrainedModel) -> Optional[Evidence]:
    """What confirms that the closed blocks are redundant."""
    if args.as_evaluated:
        return None
    if args.by_weights:
        evidence = evidence_of_weights(source)
    else:
        evidence = evidence_of_responses(source, args.calibration_batches)
    kept = check_closed_blocks(source, evidence)
    if kept:
        print('Weak, but with an open gate in evaluation, and therefore kept: '
              f'{evidence.of(kept)}')
    return evidence


def blocks_per_stage(model: nn.Module) -> List[int]:
    """How many blocks of each stage have a residual branch."""
    backbone = model.backbone
    return [sum(name.startswith(f'{stage}.') for name in backbone.blocks)
            for stage in backbone.res_layers]


def compare_networks(args: argparse.Namespace, source: TrainedModel,
                     removed: List[str]) -> Dict[str, dict]:
    """Size, work and speed with all blocks, and of what is left of them."""
    compressed = compressed_model(source, removed)
    models = {
        'all blocks': compressed_model(source, []),
        'frozen gates': source.model,
        'compressed': compressed,
        'compressed, folded': folded_copy(compressed),
    }
    models = {name: model.float() for name, model in models.items()}
    shape = image_shape(source.cfg, args.shape)
    image = torch.randn(1, *shape)
    times = median_times(
        {name: forward_pass(model, [image])
         for name, model in models.items()}, args.repeats)
    rows = {}
    for name, model in models.items():
        macs, params = count_macs_and_params(model, shape)
        rows[name] = dict(
            blocks=blocks_per_stage(model), params=params, macs=macs,
            latency_ms=times[name] * 1e3)
    if args.test:
        for name in ('frozen gates', 'compressed'):
            tested = TrainedModel(source.cfg, models[name], {}, '', '')
            rows[name].update(
                measure(source.cfg, with_preprocessor(tested), False))
    return rows


def print_rows(rows: Dict[str, dict]) -> None:
    """One line for each network, and the ratio of what was gained."""
    print(f'{"":20s}{"blocks":>16s}{"params":>12s}{"M MACs":>10s}'
          f'{"ms":>9s}')
    for name, row in rows.items():
        row = dict(row)
        stages = row.pop('blocks')
        blocks = f'{"+".join(map(str, stages))} = {sum(stages)}'
        print(f'{name:20s}{blocks:>16s}{row.pop("params"):12,}'
              f'{row.pop("macs") / 1e6:10.2f}{row.pop("latency_ms"):9.2f}  ' +
              '  '.join(f'{key} {value:.2f}' for key, value in row.items()))
    before, after = rows['all blocks'], rows['compressed']
    ratios = [after[key] / before[key]
              for key in ('params', 'macs', 'latency_ms')]
    print('{:48s}{:.3f}{:10.3f}{:9.3f}'.format('compressed / all', *ratios))


def main() -> None:
    """Compress as the command line says."""
    args = parse_args()
    check_output_folder(args.out, args.force)
    source = read_source(args)
    evidence = find_evidence(args, source)
    removed = source.model.backbone.closed_blocks()
    rows = {}

    def report() -> dict:
        rows.update(compare_networks(args, source, removed))
        return dict(
            removed=removed,
            dead=source.model.backbone.dead_blocks(),
            evidence=vars(evidence) if evidence else None,
            networks=rows,
            threads=torch.get_num_threads())

    name = f'{Path(args.config).stem}_compressed'
    differences = write_model(
        args.out, name, source, compressed_cfg(source, removed, args.fold),
        compressed_model(source, removed, args.fold),
        image_shape(source.cfg, args.shape),
        'An ε-ResNet without its redundant blocks.', args.force, report)
    print(f'Removed {len(removed)} blocks: {", ".join(removed) or "none"}')
    print_rows(rows)
    print(f'One image on the CPU, {torch.get_num_threads()} threads, median '
          f'of {args.repeats} in turns. Frozen gates pass over what is '
          'removed.')
    print('Relative difference of the outputs: {:.1e} in float64, {:.1e} as '
          'stored in float32.'.format(*differences))
    print(f'Written to {args.out}: {name}.py, {name}.pth, report.json')


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
