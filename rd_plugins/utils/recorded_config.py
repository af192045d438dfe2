"""The config that a checkpoint records, read as data."""
import ast
from typing import Any, Dict

_ABSENT = object()


def _value(node: ast.AST) -> Any:
    """A literal, or ``_ABSENT`` where the text would have to be run."""
    if isinstance(node, ast.Call):
        if getattr(node.func, 'id', None) != 'dict':
            return _ABSENT
        if node.args:  # dict({...}), where a key is no name
            return _value(node.args[0])
        items = {each.arg: _value(each.value) for each in node.keywords
                 if each.arg}
        return {key: value for key, value in items.items()
                if value is not _ABSENT}
    if isinstance(node, (ast.List, ast.Tuple)):
        values = [_value(each) for each in node.elts]
        return values if isinstance(node, ast.List) else tuple(values)
    if isinstance(node, ast.Dict):
        return {
            key: value for key, value in (
                (_value(key), _value(value))
                for key, value in zip(node.keys, node.values))
            if isinstance(key, str) and value is not _ABSENT
        }
    try:
        return ast.literal_eval(node)
    except ValueError:
        return _ABSENT


def read_recorded(text: Any) -> Dict[str, Any]:
    """Read the text under ``meta.cfg`` of a checkpoint without running it.

    MMEngine's configs are Python files, and so is this text. Here only the
    assignments of literals and of ``dict(...)`` are read.

    Args:
        text (Any): The text, as ``Config.pretty_text`` writes it.

    Returns:
        dict: The config; empty if it cannot be read.
    """
    try:
        found = {
            node.targets[0].id: _value(node.value)
            for node in ast.parse(text).body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
        }
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return {}
    return {key: value for key, value in found.items()
            if value is not _ABSENT}


def flat(config: Any, prefix: str = '') -> Dict[str, Any]:
    """The values of a nested config by their dotted names."""
    if isinstance(config, (list, tuple)) and any(
            isinstance(each, dict) for each in config):
        config = dict(enumerate(config))
    if not isinstance(config, dict) or not config:
        return {prefix: list(config) if isinstance(config, tuple) else config}
    found = {}
    for key, value in config.items():
        found.update(flat(value, f'{prefix}.{key}' if prefix else str(key)))
    return found
