"""rd_plugins: train with shortcuts, ship without.

Plain ResNets, strict-identity ResNets and their distillers for MMPretrain.
Importing the package checks what it depends on and lets checkpoints of
MMEngine's Runner be read with PyTorch's ``weights_only`` loader.
"""
import warnings

from .utils.dependencies import check_dependencies

# Said by every import of MMEngine and of MMCV without compiled ops, and of no
# use to who trains a ResNet.
warnings.filterwarnings('ignore', message='pkg_resources is deprecated')
warnings.filterwarnings('ignore', message='Fail to import ``MultiScale')
check_dependencies()

from .utils.safe_globals import allow_runner_checkpoints  # noqa: E402
from .version import __version__  # noqa: E402

allow_runner_checkpoints()

__all__ = ['__version__']
