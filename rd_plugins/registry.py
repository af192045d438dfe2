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
from mmengine.registry import DATASETS as MMENGINE_DATASETS
from mmengine.registry import HOOKS as MMENGINE_HOOKS
from mmengine.registry import MODELS as MMENGINE_MODELS
from mmengine.registry import OPTIM_WRAPPERS as MMENGINE_OPTIM_WRAPPERS
from mmengine.registry import PARAM_SCHEDULERS as MMENGINE_PARAM_SCHEDULERS
from mmengine.registry import TRANSFORMS as MMENGINE_TRANSFORMS
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
        found = super().get(key)
        if found is None and self.split_scope_key(key)[0] is None:
            found = self.parent.children['mmpretrain'].get(key)
        return found


# Backbones, classifiers (distillers) and losses
MODELS = Registry(
    'model',
    parent=MMENGINE_MODELS,
    scope=SCOPE,
    locations=['rd_plugins.models'])

# Hooks that act on the training loop
HOOKS = Registry(
    'hook',
    parent=MMENGINE_HOOKS,
    scope=SCOPE,
    locations=['rd_plugins.engine'])

# Datasets that MMPretrain does not have
DATASETS = Registry(
    'dataset',
    parent=MMENGINE_DATASETS,
    scope=SCOPE,
    locations=['rd_plugins.datasets'])

# Optimizer wrappers for hardware that MMEngine does not support
OPTIM_WRAPPERS = Registry(
    'optimizer wrapper',
    parent=MMENGINE_OPTIM_WRAPPERS,
    scope=SCOPE,
    locations=['rd_plugins.engine'])

# Learning rate schedulers that depend on events in training
PARAM_SCHEDULERS = Registry(
    'parameter scheduler',
    parent=MMENGINE_PARAM_SCHEDULERS,
    scope=SCOPE,
    locations=['rd_plugins.engine'])

# Augmentations that MMPretrain does not have
TRANSFORMS = Registry(
    'transform',
    parent=MMENGINE_TRANSFORMS,
    scope=SCOPE,
    locations=['rd_plugins.datasets'])

for _theirs in list(vars(mmpretrain_registry).values()):
    if isinstance(_theirs, MMEngineRegistry) and _theirs.parent is not None \
            and SCOPE not in _theirs.parent.children:
        Registry(
            _theirs.name,
            parent=_theirs.parent,
            scope=SCOPE,
            locations=['rd_plugins.models'])
