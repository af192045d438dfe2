"""What ``tools/train.py`` and ``tools/test.py`` add to MMPretrain's own."""
from typing import Optional

from mmengine.config import Config
from mmengine.device import get_device
from mmengine.registry import RUNNERS
from mmengine.runner import Runner
from torch import nn

from rd_plugins.models import Distiller
from rd_plugins.utils.checkpoint import pretrained_files
from rd_plugins.utils.checkpoint_file import read_checkpoint
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.weights import is_auxiliary, read_weights
from .checks import RunCheckHook, check_scaled_rates
from .config_file import build_model
from .on_cpus import LOADERS, use_cpu, use_cpu_amp
from .resume import check_nothing_is_overwritten, choose_checkpoint
from .wrapping import keep_versions

# Default hooks of MMEngine's Runner
MMENGINE_DEFAULT_HOOKS = ('runtime_info', 'timer', 'sampler_seed', 'logger',
                          'param_scheduler', 'checkpoint')


def check_pretrained_parts(model: nn.Module) -> None:
    """Check the files that parts of a model start from (``init_cfg``).

    Args:
        model (nn.Module): A model whose weights are not initialised yet.

    Raises:
        UsageError: If one of them cannot be read.
    """
    for module in model.modules():
        for path in filter(None, pretrained_files(
                getattr(module, 'init_cfg', None))):
            read_checkpoint(path)


def check_checkpoint_starts(path: str, model: nn.Module) -> None:
    """Check that a run can start from the weights of a checkpoint.

    MMEngine leaves out weights that do not fit, and says so in a log.

    Args:
        path (str): The checkpoint.
        model (nn.Module): The model of the run.

    Raises:
        UsageError: If most weights of the model are not in it.
    """
    found = read_weights(path)
    needed = {key: value for key, value in model.state_dict().items()
              if not is_auxiliary(key)}
    fits = sum(key in found and getattr(found[key], 'shape', None) ==
               value.shape for key, value in needed.items())
    if 2 * fits < len(needed):
        raise UsageError(
            f'{path} has only {fits} of the {len(needed)} weights of this '
            'model in its names and shapes; the others would be random. '
            'Convert it first, see tools/model_converters, or leave load_from '
            'out.')


def check_training(cfg: Config, start: Optional[str] = None) -> None:
    """Check model, teacher and checkpoint of a training before it begins.

    Args:
        cfg (Config): The config of the run; changed in place.
        start (str, optional): The weights that a run loads that is to be
            resumed and has no checkpoint yet. Defaults to None.

    Raises:
        UsageError: If one of them cannot be used.
    """
    check_scaled_rates(cfg)
    if get_device() == 'cpu':
        use_cpu_amp(cfg)  # as checkpoints record it
    model = build_model(cfg)
    check_pretrained_parts(model)
    if cfg.get('resume'):
        choose_checkpoint(cfg, model, start)
    else:
        check_nothing_is_overwritten(cfg)
    if cfg.get('load_from') and not cfg.get('resume'):
        check_checkpoint_starts(cfg.load_from, model)
    if isinstance(model, Distiller):
        model.load_teacher()


def drop_hooks(cfg: Config) -> None:
    """Remove default hooks that are None from a config, in place.

    MMEngine does so for its own default hooks only; None for any other hook
    is an error there.
    """
    hooks = cfg.get('default_hooks') or {}
    for name in [name for name, hook in hooks.items() if hook is None]:
        if name not in MMENGINE_DEFAULT_HOOKS:
            del hooks[name]


def build_runner(cfg: Config) -> Runner:
    """Build the Runner of a config, for GPUs or CPUs."""
    drop_hooks(cfg)
    for name in LOADERS:
        # MMPretrain's tool sets persistent_workers also for loaders without
        # workers, which is an error in PyTorch.
        if cfg.get(name) and not cfg[name].get('num_workers'):
            cfg[name]['persistent_workers'] = False
    if get_device() == 'cpu':
        use_cpu(cfg)
    if cfg.get('compile'):
        keep_versions()
    build = RUNNERS.build if 'runner_type' in cfg else Runner.from_cfg
    runner = build(cfg)
    runner.register_hook(RunCheckHook())
    return runner
