"""A pretrained teacher whose weights do not change."""
from contextlib import contextmanager
from copy import copy, deepcopy
from itertools import chain
from os import path as osp
from typing import Callable, Dict, Iterator, Optional

import torch
from mmengine.logging import print_log
from mmpretrain.registry import MODELS
from torch import nn
from torch.func import functional_call

from rd_plugins.models.utils import folded_copy, relative_difference
from rd_plugins.utils.checkpoint import fitting_weights, pretrained_files
from rd_plugins.utils.checkpoint_file import read_checkpoint
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.weights import without_module_prefix
from .teacher import Teacher

# Largest relative difference of features that folding may cause in float32
ROUNDING = 1e-3


def exact_features(backbone: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """The last output in float64, on the CPU.

    GPUs round convolutions of float32 to TF32, by more than ROUNDING.
    """
    # With buffers that no checkpoint keeps
    tensors = chain(backbone.named_parameters(), backbone.named_buffers())
    state = {name: value.cpu().double() if value.is_floating_point() else
             value.cpu() for name, value in tensors}
    with torch.no_grad(), torch.autocast('cpu', enabled=False):
        return functional_call(backbone, state, images.cpu().double())[-1]


class FrozenTeacher(Teacher):
    """A classifier in eval mode whose weights never change.

    It is not part of the student for optimizers, EMA, DDP, SyncBN conversion
    and checkpoints. Copies of the model share one teacher, which goes where
    the original goes.

    Args:
        cfg (dict): Config of a classifier with
            ``init_cfg=dict(type='Pretrained', checkpoint=...)``. With a
            ``data_preprocessor``, images are normalised by that one instead of
            the student's.

    Raises:
        UsageError: If the config names no weights.
    """

    def __init__(self, cfg: dict) -> None:
        cfg = deepcopy(cfg) or {}
        init_cfg = cfg.pop('init_cfg', None)
        pretrained = [*filter(None, pretrained_files(init_cfg))]
        if not pretrained:
            raise UsageError(
                'The teacher has no weights: its config says '
                f'init_cfg={init_cfg}. Give teacher=dict(..., '
                "init_cfg=dict(type='Pretrained', checkpoint=PATH_OR_URL)).")
        self.checkpoint = osp.expanduser(pretrained[-1])
        model = MODELS.build(cfg).requires_grad_(False).eval()
        super().__init__(model, own_input='data_preprocessor' in cfg)
        self._folded: Optional[nn.Module] = None
        self._is_loaded = False
        self._is_original = True

    def __deepcopy__(self, memo: dict) -> 'FrozenTeacher':
        shared = copy(self)
        shared._is_original = False
        return shared

    @property
    def model(self) -> nn.Module:
        """The classifier with its weights; norms may be folded.

        Raises:
            UsageError: If the weights have not been loaded.
        """
        if not self._is_loaded:
            raise UsageError('The teacher has not been loaded; call '
                             'init_weights() of the distiller first.')
        return self._folded or self.architecture

    def apply(self, fn: Callable) -> None:
        """See the base class; a copy of the model converts nothing."""
        if not self._is_original:
            return
        super().apply(fn)
        if self._folded is not None:
            self._folded._apply(fn)

    @contextmanager
    def as_tail(self) -> Iterator[None]:
        """See the base class; a frozen teacher needs no change."""
        yield

    def load(self, fold: bool = False) -> None:
        """Load the weights; they must be exactly those of the config.

        Args:
            fold (bool): Use a copy with its norms folded into the convolutions
                before them, if possible. Its outputs are the same up to
                rounding. Defaults to False.

        Raises:
            UsageError: If the checkpoint is missing or does not fit.
        """
        is_local = '://' not in self.checkpoint
        if is_local and not osp.isfile(self.checkpoint):
            raise UsageError(
                f'There is no teacher at {self.checkpoint}. Train it first, '
                'or name another file: --cfg-options '
                'model.teacher.init_cfg.checkpoint=PATH_OR_URL.')
        checkpoint = read_checkpoint(self.checkpoint)
        self._check_classes(without_module_prefix(checkpoint['state_dict']))
        weights = fitting_weights(checkpoint, self.architecture,
                                  f'The teacher {self.checkpoint}')
        self.architecture.load_state_dict(weights, strict=False)
        self.architecture.requires_grad_(False).eval()
        self._use(self._fold() if fold else None)
        self._is_loaded = True

    def _check_classes(self, weights: Dict[str, torch.Tensor]) -> None:
        found = weights.get('head.fc.weight')
        needed = self.architecture.state_dict().get('head.fc.weight')
        if found is None or needed is None:
            return
        if len(found) != len(needed):
            raise UsageError(
                f'The teacher {self.checkpoint} tells {len(found)} classes '
                f'apart and the student {len(needed)}; train the teacher on '
                'your data first (see docs/own_data.md), or set num_classes '
                'of the head.')

    def _use(self, folded: Optional[nn.Module]) -> None:
        self._folded = folded
        self.__dict__.pop('stages', None)  # cached for the other network

    def _fold(self) -> Optional[nn.Module]:
        try:
            return folded_copy(self.architecture).requires_grad_(False).eval()
        except UsageError:  # it has other norms than batch norms
            return None

    def confirm(self, inputs: torch.Tensor) -> None:
        """Use the original if the outputs of the folded copy differ.

        For the arguments see the base class.
        """
        if self._folded is None:
            return
        images = self.normalised(inputs)
        features = [
            exact_features(network.backbone, images)
            for network in (self.architecture, self._folded)
        ]
        difference = relative_difference(*features)
        if not difference <= ROUNDING:
            self._use(None)
            print_log(
                f'The teacher works unfolded: with its norms folded its '
                f'features differ by {difference:.1e} (relative).', 'current')
