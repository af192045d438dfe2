"""Reads losses from the device when they are logged, not every iteration."""
from copy import deepcopy
from typing import Any, Dict, List, Optional

import torch
from mmengine.hooks import Hook, LoggerHook, RuntimeInfoHook
from mmengine.logging import MessageHub

from rd_plugins.engine.parts import hooks_of
from rd_plugins.registry import HOOKS


def log_intervals(runner) -> List[int]:
    """The intervals at which losses are logged, in iterations."""
    return [hook.interval for hook in hooks_of(runner, LoggerHook)]


def is_logged(hook: Hook, runner, batch_idx: int,
              intervals: List[int]) -> bool:
    """Whether losses are read after this iteration of the epoch."""
    return hook.end_of_epoch(runner.train_dataloader, batch_idx) or any(
        hook.every_n_inner_iters(batch_idx, interval)
        for interval in intervals)


@HOOKS.register_module()
class DeferredLogHook(RuntimeInfoHook):
    """MMEngine's ``RuntimeInfoHook`` without a wait in every iteration.

    The original calls ``item()`` on every loss in every iteration, and waits
    for the GPU each time. Here losses stay on the device until a
    ``LoggerHook`` is about to read them, an epoch ends or a checkpoint is
    saved. A hook that reads losses from the message hub in between sees
    those of the last log.

    A loss that is no longer computed, such as that of a finished phase, is
    removed from the logs; MMEngine would repeat its last value.

    Example:
        >>> # in a config
        >>> default_hooks = dict(
        ...     runtime_info=dict(type='rd_plugins.DeferredLogHook'))
    """

    def before_train(self, runner) -> None:
        """Store the intervals at which logs are written."""
        super().before_train(runner)
        self._kept: List[Dict[str, Any]] = []
        self._intervals = log_intervals(runner)

    def after_train_iter(self,
                         runner,
                         batch_idx: int,
                         data_batch=None,
                         outputs: Optional[dict] = None) -> None:
        """Keep the losses; write them to the message hub before a log."""
        if outputs is not None:
            self._kept.append({
                key: value.detach() if torch.is_tensor(value) else value
                for key, value in outputs.items()
            })
            if runner.cfg.get('compile'):
                # The next step may write its losses into the same memory.
                self._kept[-1] = deepcopy(self._kept[-1])
        if is_logged(self, runner, batch_idx, self._intervals):
            self._hand_over(runner)

    def before_save_checkpoint(self, runner, checkpoint: dict) -> None:
        """Save the losses since the last log as well."""
        if getattr(self, '_kept', None):
            self._hand_over(runner)
            checkpoint['message_hub'] = runner.message_hub.state_dict()

    def _hand_over(self, runner) -> None:
        """Write the kept losses to the message hub, in one transfer."""
        tensors = [
            value.double().reshape(()) for outputs in self._kept
            for value in outputs.values() if torch.is_tensor(value)
        ]
        # Some heads also give a number that they have on the CPU.
        numbers = iter(torch.stack([
            value.to(tensors[0].device) for value in tensors
        ]).tolist() if tensors else ())
        for outputs in self._kept:
            for key, value in outputs.items():
                runner.message_hub.update_scalar(
                    f'train/{key}',
                    next(numbers) if torch.is_tensor(value) else value)
        if self._kept:
            self._forget_all_but(list(self._kept[-1]), runner.message_hub)
        self._kept.clear()

    @staticmethod
    def _forget_all_but(keys: List[str], hub: MessageHub) -> None:
        # Stored in the hub, so that a resumed run has them too.
        for key in set(hub.get_info('train_outputs', ())) - set(keys):
            hub.log_scalars.pop(f'train/{key}', None)
        hub.update_info('train_outputs', keys)
