"""Checks of student and teacher that need an image."""
from contextlib import ExitStack
from typing import List

import torch
from torch import nn

from rd_plugins.models.stages import Stages
from rd_plugins.models.utils import evaluating, relative_difference
from rd_plugins.utils.errors import UsageError
from .teacher import Teacher

# Largest relative difference for the same operations in the same order
SAME = 1e-3


def stage_outputs(stages: Stages, image: torch.Tensor) -> List[torch.Tensor]:
    """Run all stages, and compare the last output with the backbone's.

    Args:
        stages (Stages): The stages of a backbone in eval mode.
        image (Tensor): Shape (1, C, H, W).

    Returns:
        list[Tensor]: The output of each stage, shape (1, C, H, W).

    Raises:
        UsageError: If the outputs differ.
    """
    outputs, x = [], stages.stem(image)
    for index in range(len(stages)):
        x = stages.run(index, x)
        outputs.append(x)
    expected = stages.backbone(image)[-1]
    found = stages.output(x)
    if found.shape != expected.shape:
        raise UsageError(
            f'{type(stages.backbone).__name__} puts out '
            f'{tuple(expected.shape[1:])} (channels, height, width) and its '
            f'last stage {tuple(found.shape[1:])}; let out_indices end with '
            'the last stage.')
    difference = relative_difference(expected, found)
    if not difference <= SAME:
        raise UsageError(
            f'{type(stages.backbone).__name__} computes something else than '
            f'its stages in a row (as {type(stages).__name__} knows them): '
            f'the outputs differ by {difference:.1e} (relative). Register '
            'its stages with rd_plugins.models.stages.adapts.')
    return outputs


@torch.compiler.disable
@torch.no_grad()
def check_first_batch(distiller: nn.Module, image: torch.Tensor) -> None:
    """Check that student and teacher fit together, stage by stage.

    Args:
        distiller (Distiller): Student, teacher and objectives.
        image (Tensor): Shape (1, C, H, W).

    Raises:
        UsageError: If two paired stages differ in shape, or if the stages in a
            row do not give the output of their backbone.
    """
    teacher = distiller.teacher_holder
    objectives = distiller.auxiliary.values()
    if teacher is not None:
        with evaluating(teacher.architecture):
            _check_channels(teacher.architecture.backbone,
                            teacher.normalised(image))
        teacher.confirm(image)
        if any(objective.reads_pre_activation for objective in objectives):
            _compare_sizes(distiller, teacher, image)
    if not any(objective.reads_stages for objective in objectives):
        return
    with evaluating(distiller), torch.autocast(image.device.type,
                                               enabled=False):
        ours = stage_outputs(distiller.stages, image)
        _check_neck(distiller, distiller.stages, image, ours[-1])
        if teacher is None:
            return
        with teacher.as_tail():
            image = teacher.normalised(image)
            theirs = stage_outputs(teacher.stages, image)
            if any(each.reads_predictions for each in objectives):
                _check_neck(teacher.model, teacher.stages, image, theirs[-1])
    paired = {number for objective in objectives
              for number in objective.paired_stages(len(ours))}
    for number in sorted(paired):
        _compare_shapes(number, ours[number - 1], theirs[number - 1])


def _check_channels(backbone: nn.Module, image: torch.Tensor) -> None:
    def look(conv: nn.Conv2d, inputs: tuple) -> None:
        if inputs[0] is image and conv.in_channels != image.shape[1]:
            raise UsageError(
                f'The images have {image.shape[1]} channels and the teacher '
                f'reads {conv.in_channels}; choose a teacher of the same '
                'data.')

    with ExitStack() as hooks:
        for module in backbone.modules():
            if isinstance(module, nn.Conv2d):
                hooks.callback(module.register_forward_pre_hook(look).remove)
        backbone(image)


def _compare_sizes(distiller: nn.Module, teacher: Teacher,
                   image: torch.Tensor) -> None:
    """Maps of other sizes would be broadcast; connectors match channels."""
    with evaluating(distiller), evaluating(teacher.architecture):
        ours = distiller.backbone(image)[-1]
        theirs = teacher.architecture.backbone(teacher.normalised(image))[-1]
    if ours.shape[2:] != theirs.shape[2:]:
        raise UsageError(
            f'The last features are maps of {tuple(ours.shape[2:])} (height, '
            f'width) in the student and {tuple(theirs.shape[2:])} in the '
            'teacher, and FeatureLoss needs the same; choose a teacher with '
            "the student's stem and strides.")


def _check_neck(classifier: nn.Module, stages: Stages, image: torch.Tensor,
                last: torch.Tensor) -> None:
    """Check that the head sees no more than the last stage."""
    if not classifier.with_neck:
        return
    expected = classifier.extract_feat(image)[-1]
    try:
        found = classifier.neck((stages.output(last), ))[-1]
    except Exception:  # necks assert, index and unpack
        found = None
    if found is None or found.shape != expected.shape:
        raise UsageError(
            f'{type(classifier.neck).__name__} joins several stages of '
            f'{type(stages.backbone).__name__}, and objectives that read '
            'stages hand on the last one alone; let out_indices be the last '
            'stage, or leave them out.')


def _compare_shapes(stage: int, ours: torch.Tensor,
                    theirs: torch.Tensor) -> None:
    if ours.shape[1:] != theirs.shape[1:]:
        raise UsageError(
            f'Stage {stage} puts out {tuple(ours.shape[1:])} (channels, '
            'height, width) in the student and '
            f'{tuple(theirs.shape[1:])} in the teacher; both must be equal. '
            "Choose a teacher with the student's stem, widths and strides.")
