"""Reading files of results and orders."""
import json
from pathlib import Path

from .errors import UsageError


def read_json(path: Path) -> dict:
    """Read an object from a JSON file.

    Args:
        path (Path): The file.

    Returns:
        dict: Its content; empty if there is no such file.

    Raises:
        UsageError: If the file holds something else.
    """
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text())
    except ValueError as error:
        raise UsageError(f'{path} is no JSON file: {error}. Restore it, or '
                         'remove it to begin anew.') from error
    if not isinstance(content, dict):
        raise UsageError(f'{path} holds a {type(content).__name__}, not a '
                         'JSON object; restore it, or remove it to begin '
                         'anew.')
    return content
