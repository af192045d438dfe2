"""Any backbone with its norms folded into its convolutions."""
from torch import nn

from rd_plugins.models.utils import fold_in_place
from rd_plugins.registry import MODELS


@MODELS.register_module()
def Folded(of: str, **kwargs) -> nn.Module:
    """Build a backbone in its folded form.

    For backbones that have no option ``deploy``, such as MMPretrain's ResNet:
    the result is one of its class, with the folded convolutions' names.

    Args:
        of (str): The type of the backbone.
        **kwargs: Its arguments. ``init_cfg`` is left out: it is about the
            form with norms.

    Returns:
        nn.Module: The backbone; it loads a folded checkpoint strictly.

    Raises:
        UsageError: If a norm cannot be folded.

    Example:
        >>> backbone = dict(type='rd_plugins.Folded', of='ResNet', depth=50)
    """
    kwargs.pop('init_cfg', None)
    backbone = MODELS.build(dict(type=of, **kwargs))
    fold_in_place(backbone)
    return backbone
