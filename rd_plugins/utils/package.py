"""Where the files are that come with the package."""
import sys
from pathlib import Path
from typing import List

PACKAGE = Path(__file__).resolve().parents[1]
OURS = 'rd_plugins::'


def files_folder() -> Path:
    """The folder of configs, tools and index: a checkout, or as installed."""
    checkout = PACKAGE.parent
    if (checkout / 'model-index.yml').is_file():
        return checkout
    return PACKAGE / '.mim'


def tool_command(name: str) -> List[str]:
    """How one of our tools is started, say ``'test.py'``."""
    return [sys.executable, str(files_folder() / 'tools' / name)]


def path_of(name: str) -> str:
    """The path of a config of ours, say ``'rd_plugins::tables/demo.py'``.

    Args:
        name (str): Its name, or any path, which is returned as it is.
    """
    if name.startswith(OURS):  # in a checkout too, where mim has no files
        return str(files_folder() / 'configs' / name[len(OURS):])
    return name
