"""Removes the blocks of an ε-ResNet that stay closed from the training."""
import json
from pathlib import Path
from typing import Optional

import torch
from mmengine.dist import all_reduce, master_only
from mmengine.hooks import Hook
from torch import nn

from rd_plugins.engine.schedulers import RestartMultiStepLR
from rd_plugins.engine.wrapping import unwrap_model, wrap_again
from rd_plugins.models.layers import GateStates, is_open
from rd_plugins.models.utils import calibrate
from rd_plugins.registry import HOOKS
from rd_plugins.utils.errors import UsageError, check_bool, check_number

LOG_FILE = 'blocks.json'


def sync_gates(gates: GateStates) -> None:
    """Reduce the statistics of the gates over all processes.

    ``closed_steps`` becomes the minimum over the processes, ``peak`` the
    maximum, the moving averages their mean.
    """
    all_reduce(gates.closed_steps, 'min')
    all_reduce(gates.peak, 'max')
    all_reduce(gates.closed_average, 'mean')
    all_reduce(gates.count_average, 'mean')


@HOOKS.register_module()
class DeadBlockHook(Hook):
    """Marks blocks as dead and restarts the learning rate for the others.

    At the end of every epoch, all processes synchronise which blocks are
    closed, and every :class:`RestartMultiStepLR` gets their number. A block
    that was closed in each of the last ``closed_steps`` steps is calibrated:
    training images go through the network in eval mode, and if the block's
    response stays within epsilon, it is dead. A dead block is not computed.
    Its weights and batch statistics stay as they are: they have no gradient,
    no weight decay and no momentum, and DistributedDataParallel does not wait
    for them. Dead blocks are marked in the state dict and stay dead in a
    resumed run.

    Each epoch is one line of ``vis_data/blocks.json``, which
    ``tools/analysis_tools/plot_blocks.py`` draws.

    Args:
        closed_steps (int): Forward passes of training. Defaults to 240, after
            which the released code prints its moving average as 1.
        calibration_batches (int, optional): Batches that each process
            calibrates with. Defaults to 50; None for the whole training set.
        bury (bool): Whether to mark blocks as dead. False keeps every block
            in the training, as in the released code. Defaults to True.

    Raises:
        UsageError: If a number is impossible.
    """

    # Before statistics are averaged, learning rates step and the epoch is
    # validated and saved.
    priority = 'ABOVE_NORMAL'

    def __init__(self,
                 closed_steps: int = 240,
                 calibration_batches: Optional[int] = 50,
                 bury: bool = True) -> None:
        for name, value in (('closed_steps', closed_steps),
                            ('calibration_batches', calibration_batches)):
            if value is not None:
                check_number('DeadBlockHook', name, value, at_least=1,
                             whole=True)
        check_bool('DeadBlockHook', 'bury', bury)
        self.closed_steps = closed_steps
        self.calibration_batches = calibration_batches
        self.bury = bury

    def before_train(self, runner) -> None:
        """Check that there are gates."""
        backbone = unwrap_model(runner).backbone
        if getattr(backbone, 'gates', None) is None:
            raise UsageError(
                'DeadBlockHook needs an EpsilonResNet or an '
                'EpsilonResNet_CIFAR with gate=True as backbone; take the '
                'hook out of custom_hooks.')

    def before_train_epoch(self, runner) -> None:
        """Freeze the dead blocks and drop their optimizer state."""
        backbone = unwrap_model(runner).backbone
        backbone.gates.start_epoch()
        state = runner.optim_wrapper.optimizer.state
        changed = False
        for parameter in backbone.dead_parameters():
            changed |= parameter.requires_grad
            parameter.requires_grad_(False)
            parameter.grad = None
            state.pop(parameter, None)
        if changed:
            wrap_again(runner)

    def after_train_epoch(self, runner) -> None:
        """Synchronise the gates, mark dead blocks, restart schedulers, log."""
        model = unwrap_model(runner)
        gates = model.backbone.gates
        sync_gates(gates)
        if self.bury:
            candidates = (gates.dead == 0) & (
                gates.closed_steps >= self.closed_steps)
            if candidates.any():
                gates.mark_dead(candidates & self._calibrate(runner, model))
        closed, average = gates.closed().sum(), gates.count_average
        closed, average = int(closed), float(average)
        restarts = [
            scheduler.observe(closed, average)
            for scheduler in runner.param_schedulers
            if isinstance(scheduler, RestartMultiStepLR)
        ]
        self._log(runner, model.backbone, any(restarts))

    def _calibrate(self, runner, model: nn.Module) -> torch.Tensor:
        """Which gates stay closed in eval mode in all processes, (B, )."""
        peaks = calibrate(model, runner.train_dataloader,
                          self.calibration_batches)
        all_reduce(peaks, 'max')
        return ~is_open(peaks, model.backbone.gates.epsilon)

    @master_only
    def _log(self, runner, backbone: nn.Module, restarts: bool) -> None:
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
            epsilon=round(float(gates.epsilon), 6),
            blocks=backbone.blocks,
            peak=[round(value, 4) for value in gates.peak.tolist()],
            closed=closed,
            dead=dead)
        folder = Path(runner.log_dir) / 'vis_data'
        folder.mkdir(exist_ok=True, parents=True)
        with (folder / LOG_FILE).open('a') as file:
            file.write(json.dumps(line) + '\n')
