"""Gives all processes the same batch statistics."""
from mmengine.dist import all_reduce_params
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper

from rd_plugins.registry import HOOKS


@HOOKS.register_module()
class SyncStatisticsHook(Hook):
    """Averages the buffers of what trains over all processes, every epoch.

    Every process collects the statistics of its own images. Averaged, they
    are the same in validation and in the checkpoint. Unlike MMEngine's
    ``SyncBuffersHook`` it leaves modules in eval mode alone: an average of
    equal numbers over three or more processes may differ from them in the
    last bit, and what is frozen shall not move.
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
