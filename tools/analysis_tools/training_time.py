"""Time a training step before and after blocks of an ε-ResNet have died.

    python tools/analysis_tools/training_time.py CONFIG CHECKPOINT \
        [--batch-size 128] [--size 32] [--repeats 20]

Takes the dead blocks from the checkpoint and compares a step of the network
with all blocks alive with one without the dead. Both run on the same random
images and take turns.
"""
import argparse
from typing import Callable

import torch
from mmengine.device import get_device
from mmengine.logging import MMLogger
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample

from rd_plugins.engine.launch import exit_on_usage_error, read_config
from rd_plugins.utils.checkpoint import check_state_dict_fits, read_weights
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.measure import count_macs_and_params, median_times

DEAD = 'backbone.gates.dead'


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config', help='config of an ε-ResNet')
    parser.add_argument('checkpoint', help='with dead blocks')
    parser.add_argument('--batch-size', type=int, default=128)
    parser.add_argument('--size', type=int, default=32, help='pixels a side')
    parser.add_argument('--repeats', type=int, default=20, help='timed steps')
    parser.add_argument('--device', default=get_device())
    return parser.parse_args()


def training_step(cfg, model: torch.nn.Module,
                  images: torch.Tensor) -> Callable[[], None]:
    """A function that makes one step of training on some images."""
    samples = [DataSample().set_gt_label(0).to(images.device)
               for _ in range(len(images))]
    for parameter in model.backbone.dead_parameters():
        parameter.requires_grad_(False)
    optim_wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    model.train()

    def step() -> None:
        loss, _ = model.parse_losses(model.loss(images, samples))
        optim_wrapper.update_params(loss)

    return step


def main() -> None:
    """Time and print."""
    args = parse_args()
    init_default_scope('mmpretrain')
    # The optimizer tells of every parameter without weight decay.
    MMLogger.get_current_instance().setLevel('ERROR')
    cfg = read_config(args.config)
    weights = read_weights(args.checkpoint)
    alive, thinned = (
        MODELS.build(cfg.model).to(args.device) for _ in range(2))
    check_state_dict_fits(weights, alive, args.checkpoint)
    if not weights.get(DEAD, torch.zeros(1)).any():
        raise UsageError(f'{args.checkpoint} has no dead blocks; give one of '
                         'a run in which blocks have died.')
    thinned.backbone.gates.bury(weights[DEAD].to(args.device) > 0)
    channels = alive.backbone.conv1.in_channels
    shape = channels, args.size, args.size
    macs = [count_macs_and_params(model.eval(), shape)[0]
            for model in (alive, thinned)]
    images = torch.randn(args.batch_size, *shape, device=args.device)
    times = median_times({
        'all alive': training_step(cfg, alive, images),
        'without the dead': training_step(cfg, thinned, images),
    }, args.repeats, warm_up=3)
    dead = len(thinned.backbone.dead_blocks())
    print(f'{dead} of {thinned.backbone.num_blocks} blocks dead, batch '
          f'{args.batch_size}, {args.device}, {torch.get_num_threads()} CPU '
          f'threads, median of {args.repeats} steps')
    for (name, seconds), count in zip(times.items(), macs):
        print(f'{seconds * 1e3:9.1f} ms {count / 1e6:9.1f} M MACs  {name}')
    before, after = times.values()
    print(f'time ratio {after / before:.3f}, MACs alive '
          f'{macs[1] / macs[0]:.3f}')


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
