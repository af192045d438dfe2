"""The features of a batch, computed on demand and once for all objectives."""
from contextlib import ExitStack, contextmanager, nullcontext
from functools import cached_property
from typing import (Any, Callable, ContextManager, Dict, Iterator, List,
                    Optional, Sequence, Tuple)

import torch
from mmpretrain.models import ClsHead
from mmpretrain.structures import DataSample
from torch import nn

from rd_plugins.models.stages import Stages


class NetworkPass:
    """The forward pass of a batch through a classifier, on demand.

    A stage runs when its output, or that of a later stage, is read.

    Args:
        classifier (nn.Module): An image classifier.
        inputs (Tensor): Shape (N, C, H, W): images, or the output of stage
            ``after``.
        stages (Stages, optional): Its backbone's. Without them the backbone
            runs as a whole. Defaults to None.
        after (int): Number of the stage whose output the inputs are.
            Defaults to 0: they are images.
        context (Callable): Returns the context to compute in.
            Defaults to ``nullcontext``.
        watched (dict, optional): Modules whose outputs are kept, by name.
        keep_pre_activation (bool): Whether to keep the input of the last
            activation. Defaults to False.
    """

    def __init__(self,
                 classifier: nn.Module,
                 inputs: torch.Tensor,
                 stages: Optional[Stages] = None,
                 after: int = 0,
                 context: Callable[[], ContextManager] = nullcontext,
                 watched: Optional[Dict[str, nn.Module]] = None,
                 keep_pre_activation: bool = False) -> None:
        self.classifier = classifier
        self.stages = stages
        self._inputs = inputs
        self._outputs: List[Optional[torch.Tensor]] = [None] * (after - 1)
        if after:
            self._outputs.append(inputs)
        self._context = context
        self._watched = watched or {}
        self._keep_pre_activation = keep_pre_activation
        self._pre_activation: Optional[torch.Tensor] = None
        self._block_outputs: Dict[str, torch.Tensor] = {}

    def stage(self, number: int) -> torch.Tensor:
        """The output of a stage, counted from 1, shape (N, C, H, W)."""
        while len(self._outputs) < number:
            index = len(self._outputs)
            with self._computing():
                x = self._outputs[-1] if index else self.stages.stem(
                    self._inputs)
                self._outputs.append(self.stages.run(index, x))
        return self._outputs[number - 1]

    @cached_property
    def feats(self) -> Tuple[torch.Tensor, ...]:
        """The inputs of the head."""
        if self.stages is None:
            with self._computing():
                return self.classifier.extract_feat(self._inputs)
        last = self.stage(len(self.stages))
        with self._computing():
            feats = (self.stages.output(last), )
            if self.classifier.with_neck:
                feats = self.classifier.neck(feats)
            return feats

    @cached_property
    def logits(self) -> torch.Tensor:
        """The predictions before softmax, shape (N, classes)."""
        feats = self.feats
        with self._computing():
            return self.classifier.head(feats)

    def losses(self,
               data_samples: List[DataSample]) -> Dict[str, torch.Tensor]:
        """The losses of the classifier's own head.

        Heads with the loss of ClsHead judge :attr:`logits`, which are computed
        once for all objectives.
        """
        head = self.classifier.head
        if type(head).loss is ClsHead.loss:
            return head._get_loss(self.logits, data_samples)
        return head.loss(self.feats, data_samples)

    @property
    def pre_activation(self) -> torch.Tensor:
        """The input of the last activation, shape (N, C, H, W)."""
        self.stage(len(self.stages))
        return self._pre_activation

    def block(self, name: str) -> torch.Tensor:
        """The output of a watched module."""
        self.feats
        return self._block_outputs[name]

    @contextmanager
    def _computing(self) -> Iterator[None]:
        with ExitStack() as stack:
            stack.enter_context(self._context())
            for name, module in self._watched.items():
                handle = module.register_forward_hook(
                    lambda _, __, output, name=name: self._block_outputs.
                    update({name: output}))
                stack.callback(handle.remove)
            if self._keep_pre_activation:
                handle = self.stages.last_activation.register_forward_pre_hook(
                    lambda _, args: self._note(args[0]))
                stack.callback(handle.remove)
            yield

    def _note(self, x: torch.Tensor) -> None:
        # A block uses one in-place ReLU several times; the last input is kept.
        self._pre_activation = x.clone()


class Step:
    """The batch of one training step, in student, teacher and hybrids.

    Args:
        distiller (Distiller): Student and teacher.
        inputs (Tensor): Shape (N, C, H, W).
        data_samples (list[DataSample]): The N annotations.
        objectives (Sequence[Objective]): The active objectives.

    Attributes:
        student (NetworkPass): The batch in the student.
    """

    def __init__(self, distiller: nn.Module, inputs: torch.Tensor,
                 data_samples: List[DataSample],
                 objectives: Sequence[Any]) -> None:
        self.distiller = distiller
        self.inputs = inputs
        self.data_samples = data_samples
        self._in_stages = any(each.reads_stages for each in objectives)
        self._keep_pre_activation = any(
            each.reads_pre_activation for each in objectives)
        blocks = {name for each in objectives for name in each.reads_blocks}
        self.student = NetworkPass(
            distiller, inputs, distiller.stages if self._in_stages else None,
            watched={name: distiller.backbone.get_submodule(name)
                     for name in sorted(blocks)},
            keep_pre_activation=self._keep_pre_activation)

    @cached_property
    def teacher(self) -> NetworkPass:
        """The batch in the teacher; what is learned from it is detached."""
        teacher = self.distiller.teacher_holder
        return NetworkPass(
            teacher.model, teacher.normalised(self.inputs),
            teacher.stages if self._in_stages else None,
            context=self._observed('teacher', teacher.as_target),
            keep_pre_activation=self._keep_pre_activation)

    @cached_property
    def hybrids(self) -> List[NetworkPass]:
        """Hybrid k: the student's stages 1..k, then the teacher's.

        Gradients flow through the teacher, whose weights are frozen.
        """
        teacher = self.distiller.teacher_holder
        return [
            NetworkPass(
                teacher.model, self.student.stage(k), teacher.stages, after=k,
                context=self._observed('hybrids', teacher.as_tail),
                keep_pre_activation=self._keep_pre_activation)
            for k in range(1, len(teacher.stages))
        ]

    def _observed(
            self, part: str, context: Callable[[], ContextManager]
    ) -> Callable[[], ContextManager]:
        # Without a reference to this step: a cycle would keep the features of
        # a batch in memory until Python collects garbage.
        observe = self.distiller.observe

        @contextmanager
        def computing() -> Iterator[None]:
            with observe(part), context():
                yield

        return computing
