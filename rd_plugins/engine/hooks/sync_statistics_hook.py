"""Gives all processes the same statistics."""
from mmengine.dist import all_reduce_params
from mmengine.hooks import EMAHook, Hook
from mmengine.model import is_model_wrapper

from rd_plugins.registry import HOOKS


@HOOKS.register_module()
class SyncStatisticsHook(Hook):
    """Averages the buffers of modules in training mode, after every epoch.

    Every process collects statistics of its own images, for norms and gates.
    After averaging, validation and checkpoint use the same ones. Unlike
    MMEngine's ``SyncBuffersHook`` it skips modules in eval mode: the average
    of equal numbers over three or more processes may differ from them in the
    last bit, and frozen modules must not change.

    An average of the weights that does not average buffers gets them as well:
    ``EMAHook`` copies them after every step, before they are averaged here and
    before blocks die.
    """

    # After DeadBlockHook, before the epoch is validated and saved
    priority = 'NORMAL'

    def after_train_epoch(self, runner) -> None:
        """Average over the processes, and hand on to averages of weights."""
        if is_model_wrapper(runner.model):
            all_reduce_params([
                buffer for module in runner.model.module.modules()
                if module.training
                for buffer in module.buffers(recurse=False)
            ], op='mean')
        for hook in runner.hooks:
            if isinstance(hook, EMAHook) and not hook.ema_model.update_buffers:
                for copy, buffer in zip(hook.ema_model.module.buffers(),
                                        hook.src_model.buffers()):
                    copy.copy_(buffer)
