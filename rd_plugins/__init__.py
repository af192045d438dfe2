"""rd_plugins: train with shortcuts, ship without.

Plain ResNets, strict-identity ResNets and their distillers for MMPretrain.
Importing the package checks its dependencies, lets MMEngine read checkpoints
as data alone, and makes our trained networks known to MMPretrain by their
names.
"""
import warnings

from .utils.dependencies import check_dependencies

# Importing MMEngine, and MMCV without compiled ops, gives these warnings. They
# do not concern ResNets.
warnings.filterwarnings('ignore', message='pkg_resources is deprecated')
warnings.filterwarnings('ignore', message='Fail to import ``MultiScale')
try:
    check_dependencies()
except ImportError as error:
    # MMEngine passes over it where it looks for the package of a type.
    warnings.warn(str(error))
    raise

from . import registry  # noqa: E402,F401 configs name it before '::'
from .utils.checkpoint_file import use_for_mmengine  # noqa: E402
from .version import __version__  # noqa: E402
from .zoo import register_models  # noqa: E402

use_for_mmengine()
register_models()

__all__ = ['__version__']
