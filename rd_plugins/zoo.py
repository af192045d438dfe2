"""Trained networks by name: ``get_model('plain20_fading_cifar10', True)``.

They are the models of ``model-index.yml`` that have weights. The weights are
small and come with the package.
"""
from pathlib import Path

from mmpretrain.apis.model import ModelHub
from modelindex.load_model_index import load

PACKAGE = Path(__file__).resolve().parent
# In a checkout, and as installed
FOLDERS = (PACKAGE.parent, PACKAGE / '.mim')


def register_models() -> None:
    """Make the trained networks known to MMPretrain."""
    found = [root for root in FOLDERS if (root / 'model-index.yml').is_file()]
    if not found:  # somebody copied the package alone
        return
    root = found[0]
    index = load(str(root / 'model-index.yml'))
    index.build_models_with_collections()
    for model in index.models:
        if model.weights:
            model.config = str(root / model.config)
            # MMPretrain expects addresses, which no working folder changes.
            model.weights = str(root / model.weights)
            ModelHub._models_dict[model.name.lower()] = model
