"""Registries of the scope ``rd_plugins``.

Every registry is a child of MMEngine's root, so that
``type='rd_plugins.PlainResNet'`` builds from the config of any OpenMMLab
library without ``custom_imports``.

MMEngine marks the dicts of a config that inherits from
``'rd_plugins::rd/plain50_imagenet.py'`` with ``_scope_='rd_plugins'``. Our
configs name MMPretrain's types without a scope, so each registry looks into
MMPretrain's too, and there is one for every kind that MMPretrain has.
"""
from typing import Optional, Type

import mmpretrain.registry as mmpretrain_registry
from mmengine.config.utils import MODULE2PACKAGE
from mmengine.registry import Registry as MMEngineRegistry

__all__ = [
    'DATASETS', 'HOOKS', 'MODELS', 'OPTIM_WRAPPERS', 'PARAM_SCHEDULERS',
    'TRANSFORMS'
]

SCOPE = 'rd_plugins'
# What may stand before "::" in a config's _base_
MODULE2PACKAGE.setdefault(SCOPE, SCOPE)


class Registry(MMEngineRegistry):
    """A registry that knows MMPretrain's types by their bare names."""

    def get(self, key: str) -> Optional[Type]:
        """Find a type here or, if it has no scope, in MMPretrain."""
        if self.split_scope_key(key)[0] is None:
            self.import_from_location()
            # MMPretrain has an EMAHook of its own, as MMEngine has.
            found = self._module_dict.get(key) or self.parent.children[
                'mmpretrain'].get(key)
            if found is not None:
                return found
        return super().get(key)


def _child(theirs: MMEngineRegistry, room: str) -> Registry:
    """A sibling of one of MMPretrain's registries.

    Args:
        theirs (mmengine.registry.Registry): MMPretrain's.
        room (str): The folder of ``rd_plugins`` where its types are.
    """
    return Registry(theirs.name, parent=theirs.parent, scope=SCOPE,
                    locations=[f'{SCOPE}.{room}'])


# Backbones, classifiers (distillers) and losses
MODELS = _child(mmpretrain_registry.MODELS, 'models')
# Hooks that act on the training loop
HOOKS = _child(mmpretrain_registry.HOOKS, 'engine')
# Datasets that MMPretrain does not have
DATASETS = _child(mmpretrain_registry.DATASETS, 'datasets')
# Optimizer wrappers for hardware that MMEngine does not support
OPTIM_WRAPPERS = _child(mmpretrain_registry.OPTIM_WRAPPERS, 'engine')
# Learning rate schedulers that depend on events in training
PARAM_SCHEDULERS = _child(mmpretrain_registry.PARAM_SCHEDULERS, 'engine')
# Augmentations that MMPretrain does not have
TRANSFORMS = _child(mmpretrain_registry.TRANSFORMS, 'datasets')

for _theirs in list(vars(mmpretrain_registry).values()):
    if isinstance(_theirs, MMEngineRegistry) and _theirs.parent is not None \
            and SCOPE not in _theirs.parent.children:
        _child(_theirs, 'models')
