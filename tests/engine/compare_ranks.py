"""Train in every process of a group and compare what they end with.

    python -m torch.distributed.run --nproc_per_node 2 compare_ranks.py \\
        DIR {joint,co_trained,staged}

The weights of rank 0 are saved as DIR/weights.pth.
"""
import sys
from pathlib import Path

import torch
import torch.distributed as dist

from tests.engine.hooks.test_phase_hook import PHASES, staged_cfg
from tests.engine.small_run import small_cfg, train

ONE_EPOCH = {'train_cfg.max_epochs': 1, 'train_dataloader.num_workers': 0}
# Without batch statistics and augmentation, a batch that is divided among
# processes gives the gradient of the whole batch.
DIVISIBLE = {
    'model.backbone.norm_eval': True,
    'train_dataloader.dataset.pipeline': [dict(type='PackInputs')]
}


def joint_cfg(folder: Path):
    """JointRD with connectors, which stay beside the student."""
    return small_cfg(
        folder, **ONE_EPOCH,
        **{'model.feature_loss': dict(type='rd_plugins.MarginLoss')})


def divisible_cfg(folder: Path, processes: int):
    """Three phases that freeze and un-freeze; 8 images a step in all.

    Few steps, because differences in the last bit grow with each.
    """
    phases = [dict(phase, epochs=1) for phase in PHASES]
    return staged_cfg(folder, phases, **DIVISIBLE,
                      **{'train_dataloader.batch_size': 8 // processes})


def main() -> None:
    """Train, compare, and save."""
    folder, kind = Path(sys.argv[1]), sys.argv[2]
    if kind == 'staged':
        cfg = divisible_cfg(folder / 'run', processes=2)
    else:
        cfg = joint_cfg(folder / 'run')
        cfg.model.co_train_teacher = kind == 'co_trained'
    cfg.launcher = 'pytorch'
    cfg.experiment_name = kind
    runner = train(cfg)
    state = runner.model.module.state_dict()
    weights = torch.cat([value.flatten().double() for value in state.values()])
    others = [torch.empty_like(weights) for _ in range(dist.get_world_size())]
    dist.all_gather(others, weights)
    # Parameters and buffers
    assert all(torch.equal(weights, other) for other in others)
    seen = runner.train_loop.dataloader.batch_sampler.sampler
    assert len(seen) == 40 // dist.get_world_size()
    if dist.get_rank() == 0:
        torch.save(weights, folder / 'weights.pth')
        print(f'{len(others)} ranks agree on {weights.numel()} weights')


if __name__ == '__main__':
    main()
