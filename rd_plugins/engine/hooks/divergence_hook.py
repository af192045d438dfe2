"""Stops a run whose losses or processes diverge."""
from typing import Optional

import numpy as np
from mmengine.dist import all_gather_object, get_rank
from mmengine.hooks import Hook

from rd_plugins.engine.ranks import first_finding
from rd_plugins.registry import HOOKS
from rd_plugins.utils.errors import UsageError
from .deferred_log_hook import is_logged, log_intervals


@HOOKS.register_module()
class DivergenceHook(Hook):
    """Stops a run with the first loss that is not finite.

    It looks where losses are read anyway, before a log and at the end of an
    epoch, so no iteration waits for it; the processes agree to stop. An epoch
    that has diverged is never saved. Processes whose epochs differ in length
    would wait for each other for ever; they are stopped before the first.

    ``configs/_base_/default_runtime.py`` puts the hook among the default
    hooks.

    Raises:
        UsageError: With epoch, iteration, loss, learning rate and the last
            good checkpoint.
    """

    # After the losses are handed over, before they are logged and the epoch is
    # validated and saved.
    priority = 'HIGH'

    def before_train(self, runner) -> None:
        """Check that the processes have epochs of the same length."""
        lengths = all_gather_object(len(runner.train_dataloader))
        if len(set(lengths)) > 1:
            raise UsageError(
                'The processes have epochs of '
                f'{" and ".join(map(str, lengths))} iterations and would wait '
                'for each other for ever; give all of them the same data, and '
                'a sampler that divides it evenly (DefaultSampler).')
        self._intervals = log_intervals(runner)
        self._steps = 0

    def after_train_iter(self,
                         runner,
                         batch_idx: int,
                         data_batch=None,
                         outputs: Optional[dict] = None) -> None:
        """Look at the losses since the last time, if they are read now."""
        self._steps += 1
        if is_logged(self, runner, batch_idx, self._intervals):
            found = first_finding(self._first_not_finite(runner))
            self._steps = 0
            if found:
                self._stop(runner, *found)

    def _first_not_finite(self, runner) -> Optional[tuple]:
        """Iteration, loss, value and process."""
        found = []
        for key, history in runner.message_hub.log_scalars.items():
            if key.startswith('train/') and 'loss' in key:
                values = history.data[0][-self._steps:]
                bad = np.flatnonzero(~np.isfinite(values))
                if bad.size:
                    iteration = runner.iter + 1 - (len(values) - 1 - bad[0])
                    found.append((int(iteration), key.removeprefix('train/'),
                                  float(values[bad[0]]), get_rank()))
        return min(found, default=None)

    @staticmethod
    def _stop(runner, iteration: int, name: str, value: float,
              rank: int) -> None:
        rate = next(iter(runner.optim_wrapper.get_lr().values()))[0]
        raise UsageError(
            f'The training diverged in epoch {runner.epoch + 1}, iteration '
            f'{iteration} of {runner.max_iters}: {name} is {value} in '
            f'process {rank}, at a learning rate of {rate:.3g}. '
            f'{last_good_checkpoint(runner)} Lower the learning rate, clip '
            'the gradients or mend the data, and go on with --resume.')


def last_good_checkpoint(runner) -> str:
    """A sentence that names it."""
    path = runner.message_hub.runtime_info.get('last_ckpt')
    return (f'The last good checkpoint is {path}.' if path else
            'There is no checkpoint yet.')
