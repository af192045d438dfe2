"""JointRD: a plain student whose early stages also train through a teacher."""
from typing import List, Optional

from rd_plugins.registry import MODELS
from rd_plugins.utils.errors import check_choice
from .logit_distiller import logit_objective
from .preset import Preset


@MODELS.register_module()
class JointRD(Preset):
    """Joint training of a plain student with the stages of its teacher::

        loss = CE(student) + w(t) / (S-1) * sum_k CE(hybrid k)
               + D(student) + w(t) / (S-1) * sum_k D(hybrid k)

    See :class:`HybridLoss` for the hybrids and w, and :class:`FeatureLoss`
    for the optional feature distance D. The plain cross entropy keeps weight
    1, so that with w = 0 and no D the training is exactly that of the plain
    network.

    Source: `Residual Distillation: Towards Portable Deep Neural Networks
    without Shortcuts
    <https://proceedings.neurips.cc/paper/2020/hash/657b96f0592803e25a4f07166fff289a-Abstract.html>`_.
    The released code differs: it multiplies the whole sum by 1/S without
    dividing the hybrids' part by S-1, and fades over 60 epochs whatever the
    length of the run. Its mode JOINT is ``co_train_teacher=True``.

    Args:
        hybrid_weight (dict, optional): ``weight`` of :class:`HybridLoss`.
            Defaults to None: its default.
        min_hybrid_weight (float): ``min_weight`` of :class:`HybridLoss`.
            Defaults to 0.
        hybrids (str): ``'all'`` or ``'one'``, see :class:`HybridLoss`.
            Defaults to ``'all'``.
        feature_loss (dict, optional): Config of D, see :class:`FeatureLoss`.
            Defaults to None.
        feature_paths (str): ``paths`` of :class:`FeatureLoss`.
            Defaults to ``'all'``.
        logit_loss (dict, optional): Config of a :class:`LogitLoss`, or of its
            distance. Defaults to None.
        **kwargs: The arguments of :class:`Distiller`.
    """  # noqa: E501

    @staticmethod
    def objectives_of(hybrid_weight: Optional[dict] = None,
                      min_hybrid_weight: float = 0.0,
                      hybrids: str = 'all',
                      feature_loss: Optional[dict] = None,
                      feature_paths: str = 'all',
                      logit_loss: Optional[dict] = None) -> List[dict]:
        """See the base class."""
        check_choice('JointRD', 'feature_paths', feature_paths,
                     ('all', 'plain'))
        objectives = [logit_objective(logit_loss)] if logit_loss else []
        objectives.append(
            dict(
                type='rd_plugins.HybridLoss',
                weight=hybrid_weight,
                min_weight=min_hybrid_weight,
                hybrids=hybrids))
        if feature_loss:
            objectives.append(
                dict(
                    type='rd_plugins.FeatureLoss',
                    distance=feature_loss,
                    paths=feature_paths))
        return objectives
