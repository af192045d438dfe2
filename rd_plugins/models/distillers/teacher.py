"""The base class of teachers."""
from contextlib import contextmanager
from functools import cached_property
from typing import Callable, ContextManager, Iterator, Optional, Tuple

import torch
from torch import nn

from rd_plugins.models.stages import Stages, stages_of

# Mean and standard deviation of the channels, both of shape (C, )
Normalisation = Tuple[torch.Tensor, torch.Tensor]


def normalisation_of(preprocessor: nn.Module) -> Optional[Normalisation]:
    """The normalisation of a data preprocessor; None if it has none."""
    if not getattr(preprocessor, '_enable_normalize', False):
        return None
    return preprocessor.mean.flatten(), preprocessor.std.flatten()


def _swaps_channels(preprocessor: nn.Module) -> bool:
    """Whether it turns BGR into RGB; MMEngine's base has another name."""
    return bool(getattr(preprocessor, 'to_rgb', getattr(
        preprocessor, '_channel_conversion', False)))


class Teacher:
    """Holds the classifier that a student learns from.

    It is no ``nn.Module``: its parameters and buffers are neither in
    ``parameters()`` nor in the state dict of the model that holds it.

    Args:
        model (nn.Module): An image classifier.
        own_input (bool): Whether images are normalised by its own data
            preprocessor. Defaults to False: by the student's.
    """

    def __init__(self, model: nn.Module, own_input: bool = False) -> None:
        self.architecture = model
        self._own_input = own_input
        self._rescale: Optional[Normalisation] = None

    @property
    def model(self) -> nn.Module:
        """The classifier with its weights."""
        return self.architecture

    @cached_property
    def stages(self) -> Stages:
        """The stages of :attr:`model`."""
        return stages_of(self.model.backbone)

    def load(self, fold: bool = False) -> None:
        """Load or initialise the weights of the classifier.

        Args:
            fold (bool): Whether norms may be folded. Defaults to False.
        """
        raise NotImplementedError

    @contextmanager
    def as_tail(self) -> Iterator[None]:
        """Context with the classifier in eval mode and its weights frozen.

        Gradients flow through it to the inputs of its stages.
        """
        raise NotImplementedError
        yield

    def as_target(self) -> ContextManager:
        """The context of the pass whose outputs a student learns."""
        return torch.no_grad()

    def confirm(self, inputs: torch.Tensor) -> None:
        """Check the teacher on the first images of a run.

        Args:
            inputs (Tensor): Shape (N, C, H, W), as the student reads them.
        """

    def apply(self, fn: Callable) -> None:
        """Convert the tensors as ``nn.Module.to`` does."""
        self.architecture._apply(fn)
        self.apply_to_normalisation(fn)

    def apply_to_normalisation(self, fn: Callable) -> None:
        """Convert what is kept of the normalisation; see :meth:`apply`."""
        if self._rescale is not None:
            self._rescale = tuple(fn(tensor) for tensor in self._rescale)

    def learn_normalisation(self, student: nn.Module) -> None:
        """Compute how to convert the student's normalisation to the teacher's.

        Args:
            student (nn.Module): The student's data preprocessor.
        """
        if not self._own_input:
            return
        ours = normalisation_of(student)
        theirs = normalisation_of(self.architecture.data_preprocessor)
        neutral = torch.zeros(1), torch.ones(1)
        mean, std = (tensor.double() for tensor in ours or neutral)
        mean_t, std_t = (tensor.double() for tensor in theirs or neutral)
        swaps = _swaps_channels(student) != _swaps_channels(
            self.architecture.data_preprocessor)
        self._swaps_channels = swaps
        if swaps:  # the student's statistics in the teacher's order
            mean, std = mean.flip(0), std.flip(0)
        factor, offset = std / std_t, (mean - mean_t) / std_t
        if swaps or not (torch.all(factor == 1) and torch.all(offset == 0)):
            self._rescale = factor.float(), offset.float()

    @property
    def normalises_anew(self) -> bool:
        """Whether the student's images are not normalised as it needs."""
        return self._rescale is not None

    def normalised(self, inputs: torch.Tensor) -> torch.Tensor:
        """Images with the teacher's normalisation.

        Args:
            inputs (Tensor): Shape (N, C, H, W), normalised for the student.

        Returns:
            Tensor: Of the same shape; ``inputs`` itself if the two are equal.
        """
        if self._rescale is None:
            return inputs
        if self._swaps_channels:
            inputs = inputs.flip(1)
        factor, offset = (tensor.to(inputs).view(1, -1, 1, 1)
                          for tensor in self._rescale)
        return inputs * factor + offset
