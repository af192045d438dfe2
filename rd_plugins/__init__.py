"""rd_plugins: train with shortcuts, ship without.

Plain ResNets, strict-identity ResNets and their distillers for MMPretrain.
Importing the package checks its dependencies, lets PyTorch's ``weights_only``
loader read checkpoints of MMEngine's Runner, and makes our trained networks
known to MMPretrain by their names.
"""
import warnings

from .utils.dependencies import check_dependencies

# Importing MMEngine, and MMCV without compiled ops, gives these warnings. They
# do not concern ResNets.
warnings.filterwarnings('ignore', message='pkg_resources is deprecated')
warnings.filterwarnings('ignore', message='Fail to import ``MultiScale')
check_dependencies()

from . import registry  # noqa: E402,F401 configs name it before '::'
from .utils.safe_globals import allow_runner_checkpoints  # noqa: E402
from .version import __version__  # noqa: E402
from .zoo import register_models  # noqa: E402

allow_runner_checkpoints()
register_models()

__all__ = ['__version__']
