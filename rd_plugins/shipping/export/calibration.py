"""Images to calibrate quantised networks with."""
import os
import random
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Tuple

import mmcv
import torch
from mmengine.config import Config
from mmengine.dataset import Compose
from mmengine.runner import Runner

from rd_plugins.engine.config_file import check_data_folders, datasets_in
from rd_plugins.shipping.progress import tracked
from rd_plugins.shipping.read import TrainedModel, build_preprocessor
from rd_plugins.utils.errors import UsageError
from .backend import Option
from .preprocessing import loads_files, steps_for_files, test_pipeline

INT8 = Option('--int8', dict(
    type=int, metavar='IMAGES',
    help='also quantise to INT8, calibrated on that many images: training '
    'images, or those of --calib-images'))
CALIB_IMAGES = Option('--calib-images', dict(
    metavar='FOLDER',
    help='a folder of pictures to calibrate on, sub-folders included; implies '
    '--int8 200'))
ENDINGS = ('.jpg', '.jpeg', '.png', '.ppm', '.bmp', '.pgm', '.tif', '.tiff',
           '.webp')
COUNT = 200
# Options of a loader that are about the place of the files
ELSEWHERE = ('backend_args', 'file_client_args', 'ignore_empty')


def pictures_in(folder: str) -> List[Path]:
    """All pictures in a folder, in a random order that is always the same.

    As in data sets of folders, links are followed and hidden files are none.
    """
    pictures = sorted(
        Path(parent, name)
        for parent, _, names in os.walk(folder, followlinks=True)
        for name in names
        if name.lower().endswith(ENDINGS) and not name.startswith('.'))
    random.Random(0).shuffle(pictures)
    return pictures


@dataclass
class Calibration:
    """Which images an INT8 network is calibrated on.

    Args:
        count (int): How many, at most.
        folder (str, optional): A folder of pictures. Defaults to None: the
            config's training images.
        seed (int): Which training images.
    """
    count: int = COUNT
    folder: Optional[str] = None
    seed: int = 0

    @classmethod
    def from_options(cls, options: Dict[str, Any]) -> Optional['Calibration']:
        """What the options of a request ask for; None for no INT8."""
        count, folder = (options.get(option.name)
                         for option in (INT8, CALIB_IMAGES))
        if count is None and folder is None:
            return None
        return cls(COUNT if count is None else count, folder)

    def check(self, cfg: Config) -> None:
        """Check that there are images.

        Raises:
            UsageError: If there are none.
        """
        if self.count < 1:
            raise UsageError(f'--int8 {self.count} is no number of images to '
                             'calibrate on; give at least one image.')
        if self.folder is not None:
            if not pictures_in(self.folder):
                raise UsageError(
                    f'--calib-images {self.folder} has no pictures '
                    f'({", ".join(ENDINGS)}); name a folder that has.')
            return
        hint = 'name a folder of pictures: --calib-images FOLDER.'
        if not cfg.get('train_dataloader'):
            raise UsageError('The config has no training images to calibrate '
                             f'INT8 on; {hint}')
        try:
            check_data_folders(cfg, 'train_dataloader')
        except UsageError as error:
            raise UsageError(f'{error} Or {hint}') from None

    def images(self, source: TrainedModel, shape: Tuple[int, int, int]
               ) -> Iterator[torch.Tensor]:
        """The images as the network sees them in a test.

        Args:
            source (TrainedModel): The model.
            shape (tuple[int]): Shape (C, H, W) of its input.

        Yields:
            Tensor: One normalised image, of shape (1, C, H, W).
        """
        batches = (_read_pictures(source.cfg, shape, self.folder)
                   if self.folder else _training_images(source.cfg, self.seed))
        preprocessor = build_preprocessor(source.cfg)
        for batch in tracked(islice(batches, self.count), 'calibration',
                             self._total()):
            yield preprocessor(batch)['inputs']

    def _total(self) -> int:
        """Images there are, at most as many as are asked for."""
        if self.folder is None:
            return self.count
        return min(self.count, len(pictures_in(self.folder)))


def _training_images(cfg: Config, seed: int) -> Iterator[dict]:
    """Training images, one by one, with the test pipeline."""
    loader = deepcopy(cfg.train_dataloader)
    for dataset in datasets_in(loader.dataset):
        dataset.pipeline = test_pipeline(cfg)
    loader.update(
        batch_size=1,
        num_workers=0,
        persistent_workers=False,
        sampler=dict(type='DefaultSampler', shuffle=True))
    yield from Runner.build_dataloader(loader, seed=seed)


def _read_pictures(cfg: Config, shape: Tuple[int, int, int],
                   folder: str) -> Iterator[dict]:
    """Pictures of a folder, one by one, with the test pipeline."""
    loader, *steps = steps_for_files(cfg, shape)
    # The folder is here, wherever the config's data are.
    loader = Compose([{key: value for key, value in loader.items()
                       if key not in ELSEWHERE}])
    transform = Compose(steps)
    arrays_are_rgb = not loads_files(cfg) and shape[0] == 3
    for path in pictures_in(folder):
        try:
            sample = loader(dict(img_path=str(path)))
        except Exception as error:
            raise UsageError(f'{path} is no picture that can be read; take it '
                             f'out of {folder}.') from error
        if arrays_are_rgb:
            sample['img'] = mmcv.bgr2rgb(sample['img'])
        sample = transform(sample)
        yield dict(inputs=[sample['inputs']],
                   data_samples=[sample['data_samples']])
