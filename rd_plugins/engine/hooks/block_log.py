"""What a run writes down about its blocks."""
import json
from pathlib import Path

from mmengine.dist import master_only
from torch import nn

from rd_plugins.models.layers.gate_states import UNTRAINED, GateStates
from .depth_budget import DepthBudget

LOG_FILE = 'blocks.json'
# More blocks than this share in one epoch are hardly meant.
MANY = 1 / 5


def warn_of_many_deaths(runner, backbone: nn.Module, count: int) -> None:
    """Warn if more than a fifth of the blocks dies in one epoch."""
    if count > MANY * backbone.num_blocks:
        runner.logger.warning(
            f'{count} of {backbone.num_blocks} blocks die at the end of epoch '
            f'{runner.epoch + 1}. They are gone for good, and the network '
            'loses what they have learned at once. If that is more than you '
            f'want, stop, and lower epsilon ({backbone.gates.epsilon:.3g}) or '
            'give DeadBlockHook a budget: target=0.3.')


def report_budget(runner, budget: DepthBudget, gates: GateStates,
                  settles: bool) -> None:
    """Log once that a budget is met, or warn at the end that it is not.

    Args:
        runner (Runner): The run.
        budget (DepthBudget): Its budget.
        gates (GateStates): What the blocks respond, and which are dead.
        settles (bool): Whether no other will die.
    """
    dead = gates.dead.tolist()
    if not budget.choose(gates.peak.tolist(), dead):
        runner.logger.info(f'{budget.report(dead)} The others are open from '
                           'now on.')
    elif settles:
        runner.logger.warning(
            f'{budget.report(dead)} No other block stayed closed in time; '
            'give more epochs between begin and end, or a larger '
            'max_per_epoch.')


@master_only
def log_blocks(runner, backbone: nn.Module, restarts: bool) -> None:
    """Log how many blocks are closed and dead, and write a line for the plot.

    Args:
        runner (Runner): The run.
        backbone (nn.Module): Its backbone.
        restarts (bool): Whether the learning rate restarts.
    """
    dead, closed = backbone.dead_blocks(), backbone.closed_blocks()
    alive = backbone.num_blocks - len(dead)
    runner.message_hub.update_scalar('train/closed_blocks', len(closed))
    runner.message_hub.update_scalar('train/alive_blocks', alive)
    runner.logger.info(
        f'Of {backbone.num_blocks} blocks {len(closed)} are closed and '
        f'{len(dead)} dead.'
        f'{" The learning rate restarts." if restarts else ""}')
    gates = backbone.gates
    line = dict(
        epoch=runner.epoch + 1,
        lr=runner.optim_wrapper.get_lr()['lr'][0],
        restart=restarts,
        epsilon=round(gates.epsilon, 6),
        blocks=backbone.blocks,
        peak=[round(value, 4) if value < UNTRAINED else 0.0  # as if dead
              for value in gates.peak.tolist()],
        closed=closed,
        dead=dead)
    folder = Path(runner.log_dir) / 'vis_data'
    folder.mkdir(exist_ok=True, parents=True)
    with (folder / LOG_FILE).open('a') as file:
        file.write(json.dumps(line) + '\n')
