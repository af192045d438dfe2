"""Removes the blocks of an ε-ResNet that stay closed from the training."""
from math import ceil
from typing import List, Optional

import torch
from mmengine.hooks import Hook
from torch import nn

from rd_plugins.engine.parts import schedulers_of
from rd_plugins.engine.schedulers import RestartMultiStepLR
from rd_plugins.engine.wrapping import rebuild, unwrap_model
from rd_plugins.models.layers import (GateStates, largest_of_processes,
                                      sync_gates)
from rd_plugins.models.utils import calibrate
from rd_plugins.registry import HOOKS
from rd_plugins.utils.errors import (UsageError, check_bool, check_choice,
                                     check_number)
from .block_log import log_blocks, report_budget, warn_of_many_deaths
from .block_shares import block_shares
from .depth_budget import WORDS, DepthBudget
from .settling import check_budget_acts, check_can_settle, settled_from

# Above the largest response of an epoch, so that the next one stays below.
MARGIN = 1.1


@HOOKS.register_module()
class DeadBlockHook(Hook):
    """Marks blocks as dead and restarts the learning rate for the others.

    At the end of every epoch, all processes synchronise which blocks are
    closed, and every :class:`RestartMultiStepLR` gets their number. A block
    that was closed in each of the last ``closed_steps`` steps is calibrated:
    training images go through the network in eval mode, and if the block's
    response stays below the threshold, it is dead. A dead block is not
    computed. Its weights and batch statistics stay as they are: they have no
    gradient, no weight decay and no momentum, and DistributedDataParallel does
    not wait for them. Dead blocks are marked in the state dict and stay dead
    in a resumed run.

    With ``target``, a budget takes the place of the backbone's epsilon: in
    every epoch the weakest blocks that still fit into it are closed, at a
    threshold just above their responses, and all others are open. It is a
    function of the saved states, so a run can be resumed.

    From the epoch ``end`` on the network is settled: blocks that are closed in
    most steps by then die, the others are open for every batch. What trains
    at the end is what is evaluated and compressed.

    Each epoch is one line of ``vis_data/blocks.json``, which
    ``tools/analysis_tools/plot_blocks.py`` draws.

    Args:
        closed_steps (int): Forward passes of training. Defaults to 240, after
            which the released code prints its moving average as 1.
        calibration_batches (int, optional): Batches that each process
            calibrates with. Defaults to 50; None for the whole training set.
        bury (bool): Whether to mark blocks as dead. False keeps every block
            in the training, as in the released code. Defaults to True.
        target (float, optional): The share of the network to remove, between
            0 and 1. It is never exceeded, and missed by less than one block.
            Defaults to None: no budget.
        metric (str): The share of what: ``'blocks'``; ``'macs'``: of the
            multiply-accumulates of an image; ``'latency'``: of the time of
            one image on the training device, measured when the run starts.
            Defaults to ``'blocks'``.
        begin (int): The first epoch, counted from 0, in which a budget closes
            blocks. Defaults to 1: it has seen responses by then.
        end (int, optional): The epoch from which on the network is settled.
            Defaults to None: where the restart-free tail of the learning rate
            begins; without a tail, never.
        max_per_epoch (int): How many blocks a budget may remove in one epoch.
            Defaults to 1.
        interval (int): Blocks die at the end of every ``interval``-th epoch
            only, together. Under ``compile`` each burial compiles the network
            anew. Defaults to 1.

    Raises:
        UsageError: If a number is impossible.
    """

    # Before statistics are averaged, learning rates step and the epoch is
    # validated and saved.
    priority = 'ABOVE_NORMAL'

    def __init__(self,
                 closed_steps: int = 240,
                 calibration_batches: Optional[int] = 50,
                 bury: bool = True,
                 target: Optional[float] = None,
                 metric: str = 'blocks',
                 begin: int = 1,
                 end: Optional[int] = None,
                 max_per_epoch: int = 1,
                 interval: int = 1) -> None:
        for name, value in (('closed_steps', closed_steps),
                            ('calibration_batches', calibration_batches),
                            ('begin', begin), ('end', end),
                            ('max_per_epoch', max_per_epoch),
                            ('interval', interval)):
            if value is not None:
                check_number('DeadBlockHook', name, value, at_least=1,
                             whole=True)
        check_bool('DeadBlockHook', 'bury', bury)
        check_choice('DeadBlockHook', 'metric', metric, WORDS)
        if target is not None:
            check_number('DeadBlockHook', 'target', target, above=0, below=1)
            if not bury:
                raise UsageError(
                    f'DeadBlockHook has target={target} and bury=False; '
                    'blocks have to die for a budget.')
        if end is not None and not bury:
            raise UsageError(
                f'DeadBlockHook has end={end} and bury=False; a network '
                'settles by burying blocks. Leave one of them out.')
        self.closed_steps = closed_steps
        self.calibration_batches = calibration_batches
        self.bury = bury
        self.target = target
        self.metric = metric
        self.begin = begin
        self.end = end
        self.max_per_epoch = max_per_epoch
        self.interval = interval
        self.budget: Optional[DepthBudget] = None

    def before_train(self, runner) -> None:
        """Check that there are gates, and that a budget can be met."""
        backbone = unwrap_model(runner).backbone
        if getattr(backbone, 'gates', None) is None:
            raise UsageError(
                'DeadBlockHook needs an EpsilonResNet, an EpsilonResNet_CIFAR '
                'or another backbone with gate=True; take the hook out of '
                'custom_hooks.')
        self._settled_from = settled_from(
            runner, self.end) if self.bury else None
        if self._settled_from is not None:
            check_can_settle(runner, backbone.gates, self._settled_from)
        if runner.epoch == 0:  # what loaded weights have lost, nobody loses
            for scheduler in schedulers_of(runner, RestartMultiStepLR):
                scheduler.most_closed = int(backbone.gates.closed().sum())
        self._chosen: List[int] = list(range(backbone.num_blocks))
        if self.target is not None:
            self._plan(runner, backbone.gates)

    def _plan(self, runner, gates: GateStates) -> None:
        """Set up the budget; blocks that are dead already are part of it."""
        end = self._settled_from
        check_budget_acts(runner, self.begin, end)
        self.budget = DepthBudget(self.target, self.metric,
                                  block_shares(runner, self.metric),
                                  self.max_per_epoch)
        if runner.epoch > 0:
            return  # a resumed run was checked as a whole when it began
        takes = ceil(self.closed_steps / len(runner.train_dataloader))
        rounds = ceil((end - self.begin) / max(self.interval, takes))
        if takes == 1:  # at the ends of intervals, and at the end
            rounds = (end - 1) // self.interval + 1 - (
                self.begin // self.interval)
        self.budget.check(gates.dead.tolist(), gates.frozen(), rounds)

    def before_train_epoch(self, runner) -> None:
        """Set the thresholds and freeze the dead blocks."""
        model = unwrap_model(runner)
        gates = model.backbone.gates
        self._set_thresholds(runner.epoch, gates)
        gates.start_epoch()
        if self._freeze_dead(runner, model):
            rebuild(runner)

    def _set_thresholds(self, epoch: int, gates: GateStates) -> None:
        end = self._settled_from
        if end is not None and epoch >= end:
            gates.release()
        elif self.budget is not None:
            peaks = gates.peak.tolist()
            self._chosen = self.budget.choose(
                peaks, gates.dead.tolist()) if epoch >= self.begin else []
            weakest = [peaks[index] for index in self._chosen]
            gates.set_epsilon(
                MARGIN * max(weakest, default=0.0), self._chosen)

    @staticmethod
    def _freeze_dead(runner, model: nn.Module) -> bool:
        """Drop gradients and optimizer state; whether anything changed."""
        state = runner.optim_wrapper.optimizer.state
        changed = False
        for parameter in model.backbone.dead_parameters():
            changed |= parameter.requires_grad
            parameter.requires_grad_(False)
            parameter.grad = None
            state.pop(parameter, None)
        return changed

    def after_train_epoch(self, runner) -> None:
        """Synchronise the gates, mark dead blocks, restart schedulers, log."""
        model = unwrap_model(runner)
        gates = model.backbone.gates
        sync_gates(gates)
        dying = self._dying(runner, model)
        settles = runner.epoch + 1 == self._settled_from
        if dying.any():
            if self.budget is None:
                warn_of_many_deaths(runner, model.backbone, int(dying.sum()))
            gates.mark_dead(dying)
        if settles:
            gates.closed_average.masked_fill_(gates.dead == 0, 0)
        if self.budget and (dying.any() or settles and self._chosen):
            report_budget(runner, self.budget, gates, settles)
        self._observe(runner, model.backbone)

    def _dying(self, runner, model: nn.Module) -> torch.Tensor:
        """Which blocks die now, boolean (B, )."""
        gates = model.backbone.gates
        alive = gates.dead == 0
        allowed = torch.zeros_like(alive)
        allowed[self._chosen] = self.bury
        if runner.epoch + 1 == self._settled_from:
            return alive & allowed & gates.closed()
        ready = alive & allowed & (gates.closed_steps >= self.closed_steps)
        if ready.any() and self.every_n_epochs(runner, self.interval):
            return ready & self._calibrate(runner, model)
        return torch.zeros_like(ready)

    def _calibrate(self, runner, model: nn.Module) -> torch.Tensor:
        """Which gates stay closed in eval mode in all processes, (B, )."""
        peaks = calibrate(model, runner.train_dataloader,
                          self.calibration_batches)
        largest_of_processes(peaks)
        return model.backbone.gates.stays_closed(peaks)

    def _observe(self, runner, backbone: nn.Module) -> None:
        gates = backbone.gates
        closed, average = int(gates.closed().sum()), float(gates.count_average)
        restarts = [
            scheduler.observe(closed, average)
            for scheduler in schedulers_of(runner, RestartMultiStepLR)
        ]
        log_blocks(runner, backbone, any(restarts))
