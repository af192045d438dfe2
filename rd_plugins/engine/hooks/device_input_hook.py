"""Takes small images from the memory of the training device."""
from typing import Optional

from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmengine.runner import EpochBasedTrainLoop
from mmpretrain.engine import SwitchRecipeHook
from mmpretrain.models import ClsHead, ImageClassifier
from torch import nn

from rd_plugins.datasets import DeviceLoader
from rd_plugins.engine.parts import hooks_of
from rd_plugins.engine.wrapping import unwrap_model
from rd_plugins.registry import HOOKS
from rd_plugins.utils.errors import UsageError

# Makes these random numbers differ from others with the same seed.
STREAM = 0x1AB5
# Packages whose models and objectives read no more than labels
OURS = ('mmpretrain', 'rd_plugins')


def labels_suffice(model: nn.Module) -> bool:
    """Whether of all data samples nothing but their joined labels is read.

    ClsHead does that. Soft labels are made for each sample, and other heads,
    models and objectives may read anything.
    """
    if not isinstance(model, ImageClassifier) or not isinstance(
            model.head, ClsHead):
        return False
    if getattr(model.data_preprocessor, 'to_onehot', False):
        return False
    readers = [model, *getattr(model, 'auxiliary', {}).values()]
    heads = [type(module) for module in model.modules()
             if hasattr(module, '_get_loss')]
    return all(type(each).__module__.split('.')[0] in OURS
               for each in readers) and all(
        (head.loss, head._get_loss) == (ClsHead.loss, ClsHead._get_loss)
        for head in heads)


@HOOKS.register_module()
class DeviceInputHook(Hook):
    """Trains on small images that lie on the device as one tensor.

    CIFAR, SVHN and MNIST are small enough. The config keeps the stock data set
    and pipeline; before training begins, the hook replaces their loader by a
    :class:`DeviceLoader` with the same sampler and the same distribution of
    augmentations. The random numbers of an epoch depend on (seed, epoch, rank)
    alone, so a resumed run is the same run.

    Data that does not work on the device (images that are read from files,
    other transforms than crops, flips and cutouts) keeps its loader, and one
    line in the log says why. Validation always keeps its loader.

    Args:
        required (bool): Raise an error instead of keeping the stock loader.
            Defaults to False.

    Example:
        >>> # in a config that inherits from configs/_base_: back to stock
        >>> default_hooks = dict(device_input=None)
    """

    # Before EpochSeedHook and others look at the loader.
    priority = 'HIGHEST'

    def __init__(self, required: bool = False) -> None:
        self.required = required
        self.loader: Optional[DeviceLoader] = None

    def before_train(self, runner) -> None:
        """Replace the training loop's loader."""
        try:
            loader = self._build(runner)
        except UsageError as reason:
            self.loader = None
            if self.required:
                raise
            runner.logger.info(f'{reason} The input stays with the stock '
                               'loader.')
            return
        self.loader = runner.train_loop.dataloader = loader
        images = loader.images
        runner.logger.info(
            f'{len(images)} images lie on {images.device} '
            f'({images.numel() / 2**20:.0f} MiB) and are augmented there.')

    @staticmethod
    def _build(runner) -> DeviceLoader:
        if not isinstance(runner.train_loop, EpochBasedTrainLoop):
            raise UsageError('The run goes by iterations.')
        if hooks_of(runner, SwitchRecipeHook):
            raise UsageError('SwitchRecipeHook changes the pipeline.')
        model = unwrap_model(runner)
        return DeviceLoader(runner.train_loop.dataloader,
                            model.data_preprocessor.device,
                            labels_suffice(model))

    def before_train_epoch(self, runner) -> None:
        """Seed the augmentations of this epoch."""
        if self.loader is not None:
            self.loader.seed(STREAM, runner.seed, runner.epoch, get_rank())
