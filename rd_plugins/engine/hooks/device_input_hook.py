"""Takes small images from the memory of the training device."""
from typing import Optional

from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmengine.runner import EpochBasedTrainLoop
from mmpretrain.models import ImageClassifier

from rd_plugins.datasets import DeviceLoader
from rd_plugins.engine.wrapping import unwrap_model
from rd_plugins.registry import HOOKS
from rd_plugins.utils.errors import UsageError

# Keeps this stream apart from those that other code seeds in the same way.
STREAM = 0x1AB5


@HOOKS.register_module()
class DeviceInputHook(Hook):
    """Trains on small images that lie on the device as one tensor.

    CIFAR, SVHN and MNIST fit there many times over. The config keeps the stock
    data set and pipeline; before training begins, the hook puts a
    :class:`DeviceLoader` in the place of their loader, with the same sampler
    and the same distribution of augmentations. Every epoch draws from (seed,
    epoch, rank), so that a resumed run is the same run.

    Data that does not work that way (images that are read from files, other
    transforms than crops, flips and cutouts) stays with its loader, and one
    line in the log says why. Validation always stays with its loader.

    Args:
        required (bool): Stop instead of staying with the stock loader.
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
        """Put the loader into its place."""
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
        model = unwrap_model(runner)
        preprocessor = model.data_preprocessor
        # Scores are made for every sample, and other models may want one.
        one_sample = isinstance(model, ImageClassifier) and not getattr(
            preprocessor, 'to_onehot', False)
        return DeviceLoader(runner.train_loop.dataloader, preprocessor.device,
                            one_sample)

    def before_train_epoch(self, runner) -> None:
        """Seed the augmentations of this epoch."""
        if self.loader is not None:
            self.loader.seed(STREAM, runner.seed, runner.epoch, get_rank())
