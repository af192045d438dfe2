"""What every run needs, imported and read once for all that are forked.

Importing this also lets runs pass over what takes time and proves nothing.
"""
import gc
from functools import lru_cache

import mmpretrain.engine  # noqa: F401
import mmpretrain.visualization  # noqa: F401
import setuptools.dist  # noqa: F401
from matplotlib import figure  # noqa: F401
from mmengine.config import config, utils

from rd_plugins.datasets.mnist_5k import load_digits
from tests.helpers.runs import demo_cfg

# For every config based on one of MMPretrain's, MMEngine reads all metafiles
# of MMPretrain, 85 of them.
utils.load = lru_cache(maxsize=None)(utils.load)
# And looks for its package among all that are installed.
config.is_installed = lru_cache(maxsize=None)(config.is_installed)

for name in ('plain20_mnist5k', 'resnet20_mnist5k'):
    demo_cfg(name)
load_digits()
# MMEngine collects garbage for every data set; what is here now is none.
gc.collect()
gc.freeze()
