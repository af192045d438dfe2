"""Train in every process of a group and compare what they end with.

    python -m torch.distributed.run --nproc_per_node 2 compare_ranks.py \\
        DIR {joint,co_trained,staged,epsilon}

The weights of rank 0 are saved as DIR/weights.pth.
"""
import sys
from pathlib import Path

import torch
import torch.distributed as dist
from mmengine.hooks import Hook
from mmengine.registry import HOOKS

from tests.engine.hooks.test_dead_block_hook import WEAK, weak_cfg
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


@HOOKS.register_module()
class CloseOnRankZero(Hook):
    """Makes a block silent in one process, whose images it sees."""

    name = 'layer3.1'

    def before_train(self, runner) -> None:
        if dist.get_rank() == 0:
            block = runner.model.module.backbone.get_submodule(self.name)
            block.conv2.register_forward_hook(lambda *args: args[-1] * 0)


def epsilon_cfg(folder: Path):
    """A block that is closed in both processes, and one in rank 0 only."""
    return weak_cfg(
        folder, [dict(type='CloseOnRankZero')], closed_steps=3)


def check_blocks(runner) -> None:
    """The first is dead, the second is not; the learning rate restarted."""
    assert runner.model.module.backbone.dead_blocks() == [WEAK]
    assert runner.param_schedulers[0].last_restart is not None
    rates = torch.tensor(runner.optim_wrapper.get_lr()['lr'])
    assert_equal_on_all_ranks(rates)


def assert_equal_on_all_ranks(values: torch.Tensor) -> int:
    """To the last bit; returns how many ranks there are."""
    others = [torch.empty_like(values) for _ in range(dist.get_world_size())]
    dist.all_gather(others, values)
    assert all(torch.equal(values, other) for other in others)
    return len(others)


def main() -> None:
    """Train, compare, and save."""
    folder, kind = Path(sys.argv[1]), sys.argv[2]
    if kind == 'staged':
        cfg = divisible_cfg(folder / 'run', processes=2)
    elif kind == 'epsilon':
        cfg = epsilon_cfg(folder / 'run')
    else:
        cfg = joint_cfg(folder / 'run')
        cfg.model.co_train_teacher = kind == 'co_trained'
    cfg.launcher = 'pytorch'
    cfg.experiment_name = kind
    runner = train(cfg)
    state = runner.model.module.state_dict()
    weights = torch.cat([value.flatten().double() for value in state.values()])
    # Parameters and buffers
    ranks = assert_equal_on_all_ranks(weights)
    if kind == 'epsilon':
        check_blocks(runner)
    seen = runner.train_loop.dataloader.batch_sampler.sampler
    assert len(seen) == 40 // dist.get_world_size()
    if dist.get_rank() == 0:
        torch.save(weights, folder / 'weights.pth')
        print(f'{ranks} ranks agree on {weights.numel()} weights')


if __name__ == '__main__':
    main()
