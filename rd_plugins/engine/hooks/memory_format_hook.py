"""Converts a model's weights to a memory format."""
import torch
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper

from rd_plugins.engine.wrapping import can_wrap_again, unwrap_model, wrap_again
from rd_plugins.registry import HOOKS
from rd_plugins.utils.errors import check_choice

FORMATS = {
    'channels_last': torch.channels_last,
    'contiguous': torch.contiguous_format
}


@HOOKS.register_module()
class MemoryFormatHook(Hook):
    """Trains with all convolutions in one memory format.

    With weights in ``channels_last`` every feature map is ``channels_last``
    too: the channels of a pixel lie side by side. Most convolution libraries
    are faster with it, on CPUs and, in half precision, on GPUs. Works with
    every model; a distiller's teacher is converted with its student.
    Checkpoints do not change.

    Args:
        memory_format (str): ``'channels_last'`` or ``'contiguous'``. Defaults
            to ``'channels_last'``.
    """

    # Before an EMA copies the model.
    priority = 'HIGHEST'

    def __init__(self, memory_format: str = 'channels_last') -> None:
        check_choice('MemoryFormatHook', 'memory_format', memory_format,
                     tuple(FORMATS))
        self.memory_format = FORMATS[memory_format]

    def before_run(self, runner) -> None:
        """Convert the weights in place; the optimizer keeps its references."""
        if is_model_wrapper(runner.model) and not can_wrap_again(runner):
            return  # shards are flat
        unwrap_model(runner).to(memory_format=self.memory_format)
        wrap_again(runner)
