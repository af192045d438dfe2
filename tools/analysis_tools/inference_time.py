r"""Time networks on a whole test set, as in ResNet with No Res.

    python tools/analysis_tools/inference_time.py CONFIG CONFIG ... \
        [--images 10000] [--batch-size 1024] [--size 28] [--repeats 5]

Prints the total forward time of each network, the median of several passes
after a warm-up, and its ratio to the first. The networks take turns in one
run. Norms are folded into the convolutions of all networks unless
--keep-norms. Time does not depend on weights, so they are random.
"""
import argparse
from typing import List, Optional

import torch
from mmengine.config import Config
from mmengine.device import get_device
from mmengine.registry import init_default_scope
from mmpretrain.registry import MODELS

from rd_plugins.engine.config_file import read_config
from rd_plugins.engine.refusals import exit_on_usage_error
from rd_plugins.models import fold_dirac
from rd_plugins.models.utils import folded_copy
from rd_plugins.shipping.progress import bar
from rd_plugins.utils.arguments import number, tool_parser
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.measure import forward_pass, median_times


def devices() -> List[str]:
    """What there is to time on."""
    gpus = [f'cuda:{index}' for index in range(torch.cuda.device_count())]
    return list(dict.fromkeys(['cpu', get_device(), *gpus]))


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Read the command line."""
    parser = tool_parser(__doc__)
    parser.add_argument('configs', nargs='+', help='configs of classifiers')
    parser.add_argument('--images', type=number(at_least=1), default=10000)
    parser.add_argument('--batch-size', type=number(at_least=1), default=1024)
    parser.add_argument('--size', type=number(at_least=1), default=28,
                        help='pixels a side')
    parser.add_argument('--repeats', type=number(at_least=1), default=5,
                        help='timed passes')
    parser.add_argument('--keep-norms', action='store_true')
    parser.add_argument('--device', default=get_device(), choices=devices())
    return parser.parse_args(argv)


def build(cfg: Config, args: argparse.Namespace) -> torch.nn.Module:
    """The network of a config, ready to be timed."""
    model = MODELS.build(cfg.model).eval()
    model = fold_dirac(model) if args.keep_norms else folded_copy(model)
    return model.to(args.device)


def main(argv: Optional[List[str]] = None) -> None:
    """Time and print."""
    args = parse_args(argv)
    if args.device.startswith('cuda'):
        torch.cuda.set_device(args.device)  # which is waited for
    init_default_scope('mmpretrain')
    cfgs = {path: read_config(path) for path in args.configs}
    models = {path: build(cfg, args) for path, cfg in cfgs.items()}
    channels, *others = (cfg.model.backbone.get('in_channels', 3)
                         for cfg in cfgs.values())
    if any(other != channels for other in others):
        raise UsageError('The networks take images of different channels '
                         f'({channels}, {", ".join(map(str, others))}); give '
                         'those of one data set.')
    batches = torch.randn(
        args.images, channels, args.size, args.size,
        device=args.device).split(args.batch_size)
    passes = {path: forward_pass(model, batches)
              for path, model in models.items()}
    with bar() as progress:
        task = progress.add_task('passes', total=args.repeats + 1)
        times = median_times(passes, args.repeats, warm_up=1,
                             advance=lambda: progress.advance(task))
    first = times[args.configs[0]]
    print(f'{args.images} images of {args.size} x {args.size}, batch '
          f'{args.batch_size}, {args.device}, {torch.get_num_threads()} CPU '
          f'threads, median of {args.repeats} passes')
    for path, seconds in times.items():
        print(f'{seconds:9.3f} s  {first / seconds:5.2f}x  {path}')


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
