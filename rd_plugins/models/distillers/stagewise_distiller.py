"""ResNet with No Res: a plain student that is fitted stage by stage."""
from typing import List, Optional, Sequence, Union

from rd_plugins.models.objectives import StageLoss
from rd_plugins.registry import MODELS
from rd_plugins.utils.errors import UsageError, check_choice
from .preset import Preset


@MODELS.register_module()
class StagewiseDistiller(Preset):
    """Fits the student's stages to the teacher's, one after the other.

    The student starts from its teacher's weights. A
    :class:`rd_plugins.engine.PhaseHook` names the objective of each phase:
    ``'stage1'``, ``'stage2'``, ... are :class:`StageLoss`; ``'finetune'``
    stands for the student's own loss and the objectives of ``finetune``. The
    hook also freezes the other stages.

    Source: `ResNet with No Res
    <https://github.com/tgjjj/ResNet-Distillation>`_. Unlike there, the teacher
    is in eval mode, and frozen stages do not change at all.

    Args:
        finetune (dict | Sequence[dict], optional): The objectives of the last
            phase, or ``type`` and options of a preset that has them, such as
            ``dict(type='rd_plugins.JointRD')``. Defaults to None: the
            student's own loss.
        stage_inputs (str): The input of a stage, see :class:`StageLoss`.
            Defaults to ``'student'``.
        copy_teacher (bool): See :class:`Distiller`. Defaults to True.
        **kwargs: The arguments of :class:`Distiller`.
    """

    def __init__(self,
                 *args,
                 stage_inputs: str = 'student',
                 copy_teacher: bool = True,
                 **kwargs) -> None:
        check_choice('StagewiseDistiller', 'stage_inputs', stage_inputs,
                     ('student', 'teacher'))
        super().__init__(*args, copy_teacher=copy_teacher, **kwargs)
        self.groups['finetune'] = list(self.auxiliary)
        for number in range(1, len(self.stages) + 1):
            self.add_objective(StageLoss(number, stage_inputs))

    @staticmethod
    def objectives_of(
        finetune: Optional[Union[dict, Sequence[dict]]] = None
    ) -> List[dict]:
        """See the base class."""
        if not isinstance(finetune, dict):
            return list(finetune or ())
        options = dict(finetune)
        kind = options.pop('type')
        method = kind if isinstance(kind, type) else MODELS.get(kind)
        if method is None or not issubclass(method, Preset) or issubclass(
                method, StagewiseDistiller):
            raise UsageError(
                f"StagewiseDistiller got finetune={finetune['type']!r}, which "
                'is no preset for a last phase; give rd_plugins.JointRD, '
                'rd_plugins.LogitDistiller or a list of objectives.')
        return method.objectives_of(**options)
