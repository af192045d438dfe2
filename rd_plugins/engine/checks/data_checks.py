"""Checks that model and data fit, and the name of an image that is broken."""
import random
from contextlib import contextmanager
from typing import Any, Callable, Iterator, Optional

import numpy as np
import torch
from mmcv.transforms import CenterCrop
from mmengine.dataset import BaseDataset, Compose
from mmengine.runner import Runner
from torch.utils.data import Dataset

from rd_plugins.datasets.device_loader import own_reading
from rd_plugins.engine.wrapping import unwrap_model
from rd_plugins.utils.errors import UsageError


def plain_datasets(dataset: Dataset) -> Iterator[BaseDataset]:
    """The data sets inside those that repeat, join or balance others."""
    if isinstance(dataset, BaseDataset):
        yield dataset
    for inner in getattr(dataset, 'datasets', None) or [
            getattr(dataset, 'dataset', None)]:
        if inner is not None:
            yield from plain_datasets(inner)


class NamedPipeline(Compose):
    """A pipeline whose errors name the image and the transform.

    Args:
        pipeline (Compose): The pipeline to call.
    """

    def __init__(self, pipeline: Compose) -> None:
        self.transforms = pipeline.transforms

    def __call__(self, data: dict):
        """See the base class.

        Raises:
            UsageError: If a transform fails.
        """
        image = data.get('img_path') or f'image {data.get("sample_idx", "?")}'
        for transform in self.transforms:
            try:
                data = transform(data)
            except UsageError:
                raise
            except Exception as error:
                reason = ' '.join(str(error).split()) or type(error).__name__
                raise UsageError(
                    f'{type(transform).__name__} fails on {image}: {reason}; '
                    'mend or remove the image, or check the options of the '
                    'pipeline.') from error
            if data is None:
                return None
        return data


def name_images(dataset: Dataset) -> None:
    """Let the errors of a data set name the image, in workers too."""
    for each in plain_datasets(dataset):
        if type(each.pipeline) is Compose:
            each.pipeline = NamedPipeline(each.pipeline)


@contextmanager
def random_numbers_kept() -> Iterator[None]:
    """Restore the random generators of the CPU afterwards."""
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.set_rng_state(states[2])


def _classes(runner: Runner) -> None:
    head = getattr(unwrap_model(runner), 'head', None)
    ours = getattr(head, 'num_classes', None)
    classes = getattr(runner.train_dataloader.dataset, 'metainfo',
                      {}).get('classes')
    if ours and classes and ours != len(classes):
        raise UsageError(
            f'The head has {ours} classes and the training data '
            f'{len(classes)} ({classes[0]}, ..., {classes[-1]}); set '
            f'model.head.num_classes={len(classes)}.')


def _soft_labels(runner: Runner) -> None:
    """Mixup and CutMix need labels with one number for each class."""
    model = unwrap_model(runner)
    preprocessor = model.data_preprocessor
    needed = getattr(getattr(model, 'head', None), 'num_classes', None)
    found = getattr(preprocessor, 'num_classes', None)
    if getattr(preprocessor, 'to_onehot', False) and needed and \
            found != needed:
        raise UsageError(
            'Mixed images have a label with a number for each class, and the '
            f'data preprocessor has num_classes={found} where the head has '
            f'{needed}; set data_preprocessor.num_classes={needed}.')


def _first_image(runner: Runner) -> None:
    """Take the first image through the pipeline, one transform at a time."""
    for dataset in plain_datasets(runner.train_dataloader.dataset):
        with random_numbers_kept():
            data = _watched(dataset) if own_reading(dataset) is None else (
                dataset[0])
        if data is not None and 'inputs' not in data:
            raise UsageError(
                'The pipeline of the training data does not pack images into '
                "'inputs'; end it with dict(type='PackInputs').")


def _watched(dataset: BaseDataset) -> Optional[dict]:
    data = dataset.get_data_info(0)
    for transform in dataset.pipeline.transforms:
        data = NamedPipeline(Compose([transform]))(data)
        if data is None:
            return None
        _check_crop(transform, data.get('img'))
    return data


def _check_crop(transform: Callable, image: Any) -> None:
    """A crop that is larger than the image leaves it smaller, silently."""
    size = getattr(transform, 'crop_size', None)
    if size is None or not isinstance(image, np.ndarray):
        return
    shape = image.shape[:2]
    wanted = (size, size) if isinstance(size, int) else tuple(size)
    if isinstance(transform, CenterCrop):  # the only one with (W, H)
        wanted = wanted[::-1]
    if tuple(shape) != wanted:
        raise UsageError(
            f'{type(transform).__name__} has crop_size={size}, and the first '
            f'image has only {shape[0]} x {shape[1]} pixels there; choose a '
            'smaller crop_size, add padding, or resize first.')


CHECKS = (_classes, _soft_labels, _first_image)
