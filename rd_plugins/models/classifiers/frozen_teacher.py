"""The network that a student learns from: frozen, or trained beside it."""
from contextlib import contextmanager
from copy import deepcopy
from os import path as osp
from typing import Callable, Iterator, Optional

from mmpretrain.registry import MODELS
from torch import nn

from rd_plugins.models.utils import folded_copy
from rd_plugins.utils.checkpoint import check_state_dict_fits, read_weights
from rd_plugins.utils.errors import UsageError


class FrozenTeacher:
    """Holds a classifier in eval mode whose weights never change.

    It is deliberately no ``nn.Module``: a module that holds it does not list
    the teacher among its parameters, buffers or keys of the state dict, so
    that optimizers, EMA, DDP, SyncBN conversion and checkpoints see the
    student alone. Copies of the model share one teacher.

    Args:
        cfg (dict): Config of a classifier with
            ``init_cfg=dict(type='Pretrained', checkpoint=...)``.

    Raises:
        UsageError: If the config names no weights.
    """

    def __init__(self, cfg: dict) -> None:
        cfg = deepcopy(cfg) or {}
        init_cfg = cfg.pop('init_cfg', None)
        pretrained = [
            item for item in
            (init_cfg if isinstance(init_cfg, (list, tuple)) else [init_cfg])
            if item and item['type'] == 'Pretrained' and item['checkpoint']
        ]
        if not pretrained:
            raise UsageError(
                'The teacher has no weights: its config says '
                f'init_cfg={init_cfg}. Give teacher=dict(..., '
                "init_cfg=dict(type='Pretrained', checkpoint=PATH_OR_URL)).")
        self.checkpoint = osp.expanduser(pretrained[-1]['checkpoint'])
        self._model = MODELS.build(cfg).requires_grad_(False).eval()
        self._folded = None
        self._is_loaded = False

    def __deepcopy__(self, memo: dict) -> 'FrozenTeacher':
        return self

    @property
    def architecture(self) -> nn.Module:
        """The classifier as its config says, loaded or not."""
        return self._model

    @property
    def model(self) -> nn.Module:
        """The classifier with its weights, its norms perhaps folded.

        Raises:
            UsageError: If they have not been loaded.
        """
        if not self._is_loaded:
            raise UsageError('The teacher has not been loaded; call '
                             'init_weights() of the distiller first.')
        return self._folded or self._model

    def apply(self, fn: Callable) -> None:
        """Convert the tensors as ``nn.Module.to`` does."""
        for model in filter(None, (self._model, self._folded)):
            model._apply(fn)

    @contextmanager
    def as_tail(self) -> Iterator[nn.Module]:
        """The classifier in eval mode, its weights without gradients.

        Gradients pass through it to whatever enters its stages.
        """
        yield self.model

    def load(self, fold: bool = False) -> None:
        """Load the weights; they must be exactly those of the config.

        Args:
            fold (bool): Work with a copy whose norms are folded into the
                convolutions before them, where that is possible. It computes
                the same, up to rounding, with fewer steps. Defaults to False.

        Raises:
            UsageError: If the checkpoint is missing or does not fit.
        """
        is_local = '://' not in self.checkpoint
        if is_local and not osp.isfile(self.checkpoint):
            raise UsageError(
                f'There is no teacher at {self.checkpoint}. Train it first, '
                'or name another file: --cfg-options '
                'model.teacher.init_cfg.checkpoint=PATH_OR_URL.')
        weights = read_weights(self.checkpoint)
        check_state_dict_fits(weights, self._model,
                              f'The teacher {self.checkpoint}')
        self._model.load_state_dict(weights, strict=False)
        self._model.requires_grad_(False).eval()
        self._folded = self._fold() if fold else None
        self._is_loaded = True

    def _fold(self) -> Optional[nn.Module]:
        try:
            return folded_copy(self._model).requires_grad_(False).eval()
        except UsageError:  # it has other norms than batch norms
            return None


class CoTrainedTeacher(FrozenTeacher):
    """A teacher that trains from scratch, in the same steps as its student.

    Its ``architecture`` has to be registered as a module by who owns it, so
    that it is optimized and saved.

    Args:
        cfg (dict): Config of a classifier; ``init_cfg`` may name weights to
            start from.
    """

    def __init__(self, cfg: dict) -> None:
        self._model = MODELS.build(deepcopy(cfg))
        self._folded = None
        self._is_loaded = True
        if any(getattr(m, 'with_cp', False) for m in self._model.modules()):
            raise UsageError(
                'A co-trained teacher has with_cp=True, but what is computed '
                'again in the backward pass would meet it in another mode; '
                'set model.teacher.backbone.with_cp=False.')

    def __deepcopy__(self, memo: dict) -> 'CoTrainedTeacher':
        copy = type(self).__new__(type(self))
        memo[id(self)] = copy
        copy.__dict__.update(deepcopy(self.__dict__, memo))
        return copy

    @contextmanager
    def as_tail(self) -> Iterator[nn.Module]:
        """See the base class; modes and gradients are put back afterwards."""
        modes = {module: module.training for module in self._model.modules()}
        trained = [p for p in self._model.parameters() if p.requires_grad]
        for module in modes:
            module.training = False
        for parameter in trained:
            parameter.requires_grad_(False)
        try:
            yield self._model
        finally:
            for module, training in modes.items():
                module.training = training
            for parameter in trained:
                parameter.requires_grad_(True)

    def load(self, fold: bool = False) -> None:
        """Initialise the weights as the config says; nothing is folded."""
        self._model.init_weights()
