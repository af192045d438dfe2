"""What a student and its teacher have from one another at the start."""
from typing import Optional

from torch import nn

from rd_plugins.utils.checkpoint import pretrained_files
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.weights import is_fade_weight
from .co_trained_teacher import CoTrainedTeacher
from .frozen_teacher import FrozenTeacher
from .teacher import Teacher

# What a student may have that no teacher has: objectives and gates
OWN = ('auxiliary.', 'backbone.gates.')


def with_classes_of(head: Optional[dict],
                    teacher: Optional[dict]) -> Optional[dict]:
    """The config of a teacher with the student's number of classes.

    A config that inherits names ``num_classes`` once, for the student, though
    its base has given the teacher a copy of the student's head.
    """
    classes = (head or {}).get('num_classes')
    if not classes or 'num_classes' not in ((teacher or {}).get('head') or {}):
        return teacher
    return dict(teacher, head=dict(teacher['head'], num_classes=classes))


def check_one_start(student: nn.Module) -> None:
    """Check that a student that starts from its teacher has no other start.

    Raises:
        UsageError: If it, its backbone, neck or head names weights.
    """
    for part in (student, *student.children()):
        for path in pretrained_files(getattr(part, 'init_cfg', None)):
            raise UsageError(
                f'{type(student).__name__} is to start from {path} and from '
                'the weights of its teacher; set copy_teacher=False, or take '
                'that init_cfg out.')


def _check_same_input(student: nn.Module, teacher: Teacher) -> None:
    """Check that copied weights get images as they are used to.

    Raises:
        UsageError: If the teacher has a normalisation of its own.
    """
    if teacher.normalises_anew:
        raise UsageError(
            f'{type(student).__name__} is to start from the weights of its '
            'teacher, whose data_preprocessor normalises images in another '
            'way than the run does; give both the same, or set '
            'copy_teacher=False.')


def hold_teacher(student: nn.Module, teacher: Optional[dict],
                 co_train: bool) -> Optional[Teacher]:
    """Build what holds the teacher of a student.

    Args:
        student (nn.Module): A :class:`Distiller`.
        teacher (dict, optional): Config of the teacher, if it has one.
        co_train (bool): Whether the teacher trains too.

    Raises:
        UsageError: If it is missing and needed, cannot be read, or does not
            see what a student that starts from it sees.
    """
    if teacher is None:
        if co_train or student.copy_teacher:
            raise UsageError(
                f'{type(student).__name__} has co_train_teacher or '
                'copy_teacher but no teacher; give one.')
        return None
    holder = (CoTrainedTeacher if co_train else FrozenTeacher)(teacher)
    if getattr(holder.architecture, 'backbone', None) is None:
        raise UsageError(
            f'The teacher {type(holder.architecture).__name__} has no '
            'backbone that a distiller could read; use an ImageClassifier '
            'with backbone and head, such as TIMMBackbone.')
    holder.learn_normalisation(student.data_preprocessor)
    if student.copy_teacher:
        _check_same_input(student, holder)
    return holder


def start_from(student: nn.Module, teacher: nn.Module) -> None:
    """Copy a teacher's weights into a student.

    Objectives, gates and the weights of fading shortcuts stay as they are.

    Raises:
        UsageError: If the two differ in anything else.
    """
    try:
        missing, unexpected = student.load_state_dict(
            teacher.state_dict(), strict=False)
    except RuntimeError as error:
        reason = ' '.join(str(error).split())
        raise UsageError('The student cannot start from the weights of its '
                         f'teacher: {reason}') from error
    odd = [key for key in missing
           if not key.startswith(OWN) and not is_fade_weight(key)]
    odd += unexpected
    if odd:
        raise UsageError(
            'The student cannot start from the weights of its teacher: '
            f'{odd[0]} is in one of them only. Choose a teacher with the '
            "student's layers, or copy_teacher=False.")
