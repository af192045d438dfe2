"""Training steps whose parts can be timed."""
import tempfile
import time
from contextlib import contextmanager
from copy import deepcopy
from os import path as osp
from typing import Dict, Iterator, List, Optional, Set

import torch
from mmengine.config import Config
from mmengine.device import get_device
from mmengine.optim import build_optim_wrapper
from mmengine.runner import Runner
from mmpretrain.registry import MODELS
from torch import nn
from torch.utils.data import DataLoader

from rd_plugins.datasets import DeviceLoader
from rd_plugins.engine.config_file import build_model
from rd_plugins.engine.hooks import Phase
from rd_plugins.engine.hooks.device_input_hook import labels_suffice
from rd_plugins.engine.hooks.memory_format_hook import FORMATS
from rd_plugins.engine.hooks.phase_hook import (choose_objectives, freeze,
                                                set_modes)
from rd_plugins.engine.on_cpus import use_cpu_amp
from rd_plugins.models import Distiller
from rd_plugins.utils.checkpoint import load_weights
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.measure import count_macs_and_params, wait_for_device
from rd_plugins.utils.type_name import type_name
from .arguments import read_argument

FROM_FILES = ('LoadImageFromFile', 'RandomResizedCrop')


def build_training_model(cfg: Config) -> nn.Module:
    """Build and initialise the model of a run, with a random teacher.

    Returns:
        nn.Module: On the device and in the memory format of the run.
    """
    cfg = deepcopy(cfg)
    config = cfg.model
    with tempfile.TemporaryDirectory() as folder:
        if config.get('teacher') and not config.get('co_train_teacher'):
            teacher = dict(config.teacher)
            teacher.pop('init_cfg', None)
            path = osp.join(folder, 'teacher.pth')
            torch.save(
                dict(state_dict=MODELS.build(teacher).state_dict()), path)
            config.teacher.init_cfg = dict(type='Pretrained', checkpoint=path)
            config.check_teacher = False
        model = build_model(cfg)
        model.init_weights()
    hook = (cfg.get('default_hooks') or {}).get('memory_format')
    memory_format = hook.get('memory_format', 'channels_last') if hook \
        else 'contiguous'
    return model.to(get_device()).to(memory_format=FORMATS[memory_format])


def build_loader(cfg: Config, images: int, model: nn.Module) -> DataLoader:
    """Build the training loader of a config, with random images as its data.

    In place of images from files, it loads images of 224 x 224 without
    augmentations.

    Args:
        cfg (Config): The config of a run.
        images (int): Number of images.
        model (nn.Module): What is trained with them.
    """
    loader = deepcopy(cfg.train_dataloader)
    steps = loader.dataset.pipeline
    from_files = any(type_name(step) in FROM_FILES for step in steps)
    crops = [step.crop_size for step in steps
             if type_name(step) == 'RandomCrop']
    size = 224 if from_files else crops[0] if crops else 32
    loader.dataset = dict(
        type='rd_plugins.RandomImages',
        images=images,
        size=size,
        channels=cfg.model.backbone.get('in_channels', 3),
        num_classes=cfg.model.head.num_classes,
        pipeline=[dict(type='PackInputs')]
        if from_files else steps)
    workers = loader.get('num_workers', 0)
    loader.update(
        persistent_workers=workers > 0, pin_memory=get_device() != 'cpu')
    loader = Runner.build_dataloader(loader, seed=0)
    if not len(loader):
        raise UsageError(f'{images} images are no whole batch of '
                         f'{loader.batch_size}, and the config drops the '
                         'rest; give more --images.')
    hook = (cfg.get('default_hooks') or {}).get('device_input')
    if not hook or from_files:
        return loader
    try:
        return DeviceLoader(loader, get_device(), labels_suffice(model))
    except UsageError:
        if hook.get('required'):
            raise
        return loader  # as DeviceInputHook does


def count_macs(model: nn.Module, loader: DataLoader) -> int:
    """Multiply-accumulates for one image of a loader."""
    image = next(iter(loader))['inputs'][0]
    model = deepcopy(model).cpu()
    model.eval()
    return count_macs_and_params(model, tuple(image.shape))[0]


class TrainingStep:
    """The training steps of a config, one at a time.

    Args:
        name (str): Its name in the table.
        cfg (Config): The config of a run.
        phase (dict, optional): A phase of its PhaseHook. Defaults to None.
        checkpoint (str, optional): The weights, with the dead blocks of an
            ε-ResNet. Defaults to None: random weights.
        images (int): Number of images of the data set. Defaults to 2560.

    Attributes:
        macs (int): Multiply-accumulates of one image in inference.

    Raises:
        UsageError: If the checkpoint does not fit the model.
    """

    def __init__(self,
                 name: str,
                 cfg: Config,
                 phase: Optional[dict] = None,
                 checkpoint: Optional[str] = None,
                 images: int = 2560) -> None:
        if get_device() == 'cpu':
            use_cpu_amp(cfg)
        wrapper = cfg.optim_wrapper
        self.name = name
        self.model = build_training_model(cfg)
        if checkpoint:
            load_weights(checkpoint, self.model)
        for parameter in getattr(self.model.backbone, 'dead_parameters',
                                 tuple)():
            parameter.requires_grad_(False)
        self.optim_wrapper = build_optim_wrapper(self.model, wrapper)
        self.loader = build_loader(cfg, images, self.model)
        self.batch_size = cfg.train_dataloader.batch_size
        self.macs = count_macs(self.model, self.loader)
        self.model.train()
        if getattr(self.model.backbone, 'fade', None):
            self.model.backbone.set_progress(0)  # with its shortcuts
        if phase is not None:
            self._enter(Phase(**phase))
        self.clock: Optional[Dict[str, float]] = None
        self._running: Set[str] = set()
        if isinstance(self.model, Distiller):
            self.model.observe = self._timed
        self._batches = self.endless()

    def _enter(self, phase: Phase) -> None:
        freeze(self.model, phase)
        set_modes(self.model, phase)
        choose_objectives(self.model, phase)

    def endless(self) -> Iterator[dict]:
        """The batches, epoch after epoch."""
        while True:
            yield from self.loader

    @contextmanager
    def _timed(self, part: str) -> Iterator[None]:
        """Add the time of the context to that of a part, if it is timed."""
        if self.clock is None or part in self._running:
            yield
            return
        self._running.add(part)
        wait_for_device()
        start = time.perf_counter()
        try:
            yield
        finally:
            self._running.discard(part)
        wait_for_device()
        self.clock[part] = (
            self.clock.get(part, 0) + time.perf_counter() - start)

    def __call__(self) -> None:
        """Run one step as MMEngine's train loop does."""
        with self._timed('input'):
            data = next(self._batches)
            with self.optim_wrapper.optim_context(self.model):
                data = self.model.data_preprocessor(data, True)
        with self._timed('forward'), \
                self.optim_wrapper.optim_context(self.model):
            losses = self.model(**data, mode='loss')
            loss, _ = self.model.parse_losses(losses)
        loss = self.optim_wrapper.scale_loss(loss)
        with self._timed('backward'):
            self.optim_wrapper.backward(loss)
        with self._timed('optimizer'):
            if self.optim_wrapper.should_update():
                self.optim_wrapper.step()
                self.optim_wrapper.zero_grad()

    def parts(self) -> Dict[str, float]:
        """Run one step and return the seconds of each part.

        The device is synchronised between the parts. ``student`` is the
        forward pass without teacher and hybrids.
        """
        self.clock = {}
        self()
        times, self.clock = self.clock, None
        forward = times.pop('forward')
        others = times.get('teacher', 0) + times.get('hybrids', 0)
        return dict(student=forward - others, **times)


def read_steps(text: str, images: int) -> List[TrainingStep]:
    """Build the training steps of a config.

    Args:
        text (str): A config with options, see :func:`read_argument`.
        images (int): Number of images of the data set.

    Returns:
        list[TrainingStep]: One, or one for each phase of a PhaseHook.

    Raises:
        UsageError: If there is no such file.
    """
    name, cfg, checkpoint = read_argument(text)
    if checkpoint:
        name = f'{name}@{osp.basename(checkpoint)}'
    phases = [
        phase for hook in cfg.get('custom_hooks') or []
        if type_name(hook) == 'PhaseHook' for phase in hook.phases
    ]
    if not phases:
        return [TrainingStep(name, cfg, None, checkpoint, images)]
    return [
        TrainingStep(f'{name}: {phase.name}', cfg, phase, checkpoint, images)
        for phase in phases
    ]
