"""Where the files are that come with the package."""
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def files_folder() -> Path:
    """The folder of configs, tools and index: a checkout, or as installed."""
    checkout = PACKAGE.parent
    if (checkout / 'model-index.yml').is_file():
        return checkout
    return PACKAGE / '.mim'
