"""The names of types in configs."""
from typing import Any, Mapping


def type_name(cfg: Mapping[str, Any]) -> str:
    """The name of a config's type, a class or a string, without its scope.

    Args:
        cfg (Mapping): The config of a module.

    Returns:
        str: Such as ``'CIFAR10'``; ``'None'`` if there is no type.
    """
    kind = cfg.get('type')
    return getattr(kind, '__name__', str(kind)).split('.')[-1]
