"""Gives all processes the same batch statistics."""
from mmengine.dist import all_reduce_params
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper

from rd_plugins.registry import HOOKS


@HOOKS.register_module()
class SyncStatisticsHook(Hook):
    """Averages the buffers of modules in training mode, after every epoch.

    Every process collects the statistics of its own images. After averaging,
    validation and checkpoint use the same statistics. Unlike MMEngine's
    ``SyncBuffersHook`` it skips modules in eval mode: the average of equal
    numbers over three or more processes may differ from them in the last bit,
    and frozen modules must not change.
    """

    priority = 'NORMAL'

    def after_train_epoch(self, runner) -> None:
        """Average before the epoch is validated and saved."""
        if is_model_wrapper(runner.model):
            all_reduce_params([
                buffer for module in runner.model.module.modules()
                if module.training
                for buffer in module.buffers(recurse=False)
            ], op='mean')
