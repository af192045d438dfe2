"""The models of ``model-index.yml``."""
import yaml

from tests.helpers import ROOT


def read_yaml(path: str) -> dict:
    """A file of the repository."""
    return yaml.safe_load((ROOT / path).read_text())


ENTRIES = [
    model for metafile in read_yaml('model-index.yml')['Import']
    for model in read_yaml(metafile)['Models']
]
TRAINED = [entry for entry in ENTRIES if 'Weights' in entry]
