"""A teacher that trains from scratch beside its student."""
from contextlib import contextmanager, nullcontext
from copy import deepcopy
from typing import Callable, ContextManager, Iterator

from mmpretrain.registry import MODELS

from rd_plugins.models.layers import GateStates
from rd_plugins.models.utils import evaluating
from rd_plugins.utils.errors import UsageError
from .teacher import Teacher


class CoTrainedTeacher(Teacher):
    """A classifier that trains in the same steps as its student.

    Its owner must register ``architecture`` as a submodule, so that it is
    optimized and saved; a :class:`TeacherLoss` does so.

    Args:
        cfg (dict): Config of a classifier; ``init_cfg`` may name weights to
            start from.

    Raises:
        UsageError: If the teacher uses activation checkpointing
            (``with_cp``), or has the gates of an ε-ResNet.
    """

    def __init__(self, cfg: dict) -> None:
        super().__init__(
            MODELS.build(deepcopy(cfg)), own_input='data_preprocessor' in cfg)
        if any(
                getattr(module, 'with_cp', False)
                for module in self.architecture.modules()):
            raise UsageError(
                'A co-trained teacher has with_cp=True, but what is computed '
                'again in the backward pass would meet it in another mode; '
                'set model.teacher.backbone.with_cp=False.')
        if any(isinstance(module, GateStates)
               for module in self.architecture.modules()):
            raise UsageError(
                'A co-trained teacher has gates, which the hybrids would open '
                'and close with another rule than its own training; set '
                'model.teacher.backbone.gate=False.')

    @contextmanager
    def as_tail(self) -> Iterator[None]:
        """See the base class; modes and gradients are restored afterwards."""
        trained = [p for p in self.architecture.parameters()
                   if p.requires_grad]
        for parameter in trained:
            parameter.requires_grad_(False)
        try:
            with evaluating(self.architecture):
                yield
        finally:
            for parameter in trained:
                parameter.requires_grad_(True)

    def as_target(self) -> ContextManager:
        """Its own training step, with batch statistics and gradients.

        As in the released code of JointRD's mode JOINT, a student learns what
        that pass puts out; there is no second one.
        """
        return nullcontext()

    def apply(self, fn: Callable) -> None:
        """See the base class; the owner converts its submodules."""
        self.apply_to_normalisation(fn)

    def load(self, fold: bool = False) -> None:
        """Initialise the weights by the config; norms are never folded."""
        self.architecture.init_weights()
