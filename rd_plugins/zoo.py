"""Trained networks by name: ``get_model('plain20_fading_cifar10', True)``.

They are the models of ``model-index.yml`` that have weights. The weights are
small and come with the package.
"""
from mmpretrain.apis.model import ModelHub
from modelindex.load_model_index import load

from rd_plugins.utils.package import files_folder


def register_models() -> None:
    """Make the trained networks known to MMPretrain."""
    root = files_folder()
    path = root / 'model-index.yml'
    if not path.is_file():  # somebody copied the package alone
        return
    index = load(str(path))
    index.build_models_with_collections()
    for model in index.models:
        if model.weights:
            model.config = str(root / model.config)
            # MMPretrain expects addresses, which no working folder changes.
            model.weights = str(root / model.weights)
            ModelHub._models_dict[model.name.lower()] = model
