"""Gives all processes the same statistics."""
from mmengine.dist import all_reduce_params
from mmengine.hooks import EMAHook, Hook
from mmengine.model import is_model_wrapper
from torch import nn

from rd_plugins.engine.parts import hooks_of
from rd_plugins.registry import HOOKS


def average(model: nn.Module, trained: nn.Module) -> None:
    """Give the processes the mean of their statistics.

    Only of what a checkpoint keeps: the rest are constants, such as the mean
    of the images, and a resumed run has them from its config.

    Args:
        model (nn.Module): The model, or its average.
        trained (nn.Module): The model; which modules are in training mode.
    """
    all_reduce_params([
        buffer for module, twin in zip(model.modules(), trained.modules())
        if twin.training
        for name, buffer in module.named_buffers(recurse=False)
        if name not in module._non_persistent_buffers_set
    ], op='mean')


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
            average(runner.model.module, runner.model.module)
        for hook in hooks_of(runner, EMAHook):
            averaged = hook.ema_model.module
            if not hook.ema_model.update_buffers:
                for copy, buffer in zip(averaged.buffers(),
                                        hook.src_model.buffers()):
                    copy.copy_(buffer)
            elif is_model_wrapper(runner.model):
                average(averaged, hook.src_model)
