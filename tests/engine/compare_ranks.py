"""Train in every process of a group and compare what they end with.

    python -m torch.distributed.run --nproc_per_node 2 compare_ranks.py DIR
"""
import sys
from pathlib import Path

import torch
import torch.distributed as dist

from tests.engine.small_run import small_cfg, train


def main() -> None:
    cfg = small_cfg(
        Path(sys.argv[1]) / 'run', **{
            'train_cfg.max_epochs': 1,
            'train_dataloader.num_workers': 0,
            'model.feature_loss': dict(type='rd_plugins.MarginLoss')
        })
    cfg.launcher = 'pytorch'
    runner = train(cfg)
    weights = torch.cat(
        [p.detach().flatten() for p in runner.model.parameters()])
    others = [torch.empty_like(weights) for _ in range(dist.get_world_size())]
    dist.all_gather(others, weights)
    seen = runner.train_loop.dataloader.sampler
    assert all(torch.equal(weights, other) for other in others)
    assert len(seen) == 40 // dist.get_world_size()
    if dist.get_rank() == 0:
        print(f'{len(others)} ranks agree on {weights.numel()} weights')


if __name__ == '__main__':
    main()
