"""A backbone as a stem and stages that can be run one by one."""
from typing import Callable, Dict, Sequence

import torch
from torch import nn

from rd_plugins.utils.errors import UsageError


class Stages:
    """The stem and the stages of a backbone.

    Each family of backbones has a subclass, see :func:`adapts`. The stages in
    a row must give the backbone's output; a distiller checks that on its first
    batch.

    Args:
        backbone (nn.Module): The backbone.
    """

    def __init__(self, backbone: nn.Module) -> None:
        self.backbone = backbone

    @property
    def names(self) -> Sequence[str]:
        """Names of the modules that are the stages."""
        raise NotImplementedError

    def __len__(self) -> int:
        return len(self.names)

    def stem(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W), images -> the input of the first stage."""
        raise NotImplementedError

    def run(self, index: int, x: torch.Tensor) -> torch.Tensor:
        """The output of stage ``index - 1`` -> that of stage ``index``."""
        return self.backbone.get_submodule(self.names[index])(x)

    def output(self, x: torch.Tensor) -> torch.Tensor:
        """The output of the last stage -> the output of the backbone."""
        return x

    @property
    def last_norm(self) -> nn.Module:
        """The norm before the last activation (a shortcut may be in between).

        Raises:
            UsageError: If the family has none.
        """
        raise self._has_no('a norm before its last ReLU')

    @property
    def last_activation(self) -> nn.Module:
        """The module that activates the output of the last stage.

        Raises:
            UsageError: If the family has none.
        """
        raise self._has_no('a last ReLU')

    def _has_no(self, what: str) -> UsageError:
        return UsageError(
            f'{type(self.backbone).__name__} does not end with {what}, which '
            'a feature distance compares; leave the FeatureLoss '
            '(feature_loss) out.')


ADAPTERS: Dict[type, type] = {}


def adapts(*families: type) -> Callable[[type], type]:
    """Register the adapter of some backbone classes and of their subclasses.

    Args:
        *families (type): Backbone classes.

    Example:
        >>> @adapts(MyBackbone)
        ... class MyStages(Stages):
        ...     names = ('block1', 'block2')
        ...     def stem(self, x):
        ...         return self.backbone.patchify(x)
    """

    def register(adapter: type) -> type:
        ADAPTERS.update(dict.fromkeys(families, adapter))
        return adapter

    return register


def stages_of(backbone: nn.Module) -> Stages:
    """The stages of a backbone, by the adapter of its nearest base class.

    Raises:
        UsageError: If no adapter knows the backbone.
    """
    for family in type(backbone).__mro__:
        if family in ADAPTERS:
            return ADAPTERS[family](backbone)
    known = ', '.join(sorted(family.__name__ for family in ADAPTERS))
    raise UsageError(
        f'{type(backbone).__name__} has no stages that are known here; use a '
        f'backbone derived from {known}, register its stages with '
        'rd_plugins.models.stages.adapts, or train with LogitLoss alone.')
