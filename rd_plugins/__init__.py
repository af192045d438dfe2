"""rd_plugins: train with shortcuts, ship without.

Plain ResNets, strict-identity ResNets and their distillers for MMPretrain.
Importing the package checks its dependencies, and lets MMEngine read
checkpoints as data alone.
"""
import warnings

from .utils.dependencies import check_dependencies

# Importing MMEngine, and MMCV without compiled ops, gives these warnings. They
# do not concern ResNets.
warnings.filterwarnings('ignore', message='pkg_resources is deprecated')
warnings.filterwarnings('ignore', message='Fail to import ``MultiScale')
check_dependencies()

from .utils.checkpoint_file import use_for_mmengine  # noqa: E402
from .version import __version__  # noqa: E402

use_for_mmengine()

__all__ = ['__version__']
