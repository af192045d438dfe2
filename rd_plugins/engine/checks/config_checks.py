"""Checks of a config, before anything is built from it.

A check is a function of the config that raises a UsageError; add it to CHECKS.
"""
import inspect
from difflib import get_close_matches

from mmengine.config import Config
from mmengine.runner import Runner

from rd_plugins.engine.config_file import schedulers_in
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.type_name import type_name

# What the Runner and the tools read of a config
KNOWN = {
    *inspect.signature(Runner.__init__).parameters, 'auto_scale_lr',
    'find_unused_parameters', 'runner_type', 'custom_imports',
    'data_preprocessor', 'compile', 'sync_bn', 'model_wrapper_cfg',
    'activation_checkpointing', 'efficient_conv_bn_eval'
} - {'self', 'cfg'}
# Names that configs give to parts which others refer to
CUSTOMARY = {f'{split}_pipeline' for split in ('train', 'val', 'test', 'tta')}
# As like as custom_hook is to custom_hooks
LIKENESS = 0.85


def _no_misspelt_key(cfg: Config) -> None:
    """A key that nothing reads is a variable, or a mistake."""
    for key in cfg:
        near = get_close_matches(key, KNOWN, n=1, cutoff=LIKENESS)
        if key not in KNOWN | CUSTOMARY and near:
            raise UsageError(
                f'The config has {key!r}, which nothing reads; did you mean '
                f'{near[0]!r}? Rename it, or give a variable of your own '
                'another name.')


def _has_a_model(cfg: Config) -> None:
    model = cfg.get('model')
    if not isinstance(model, dict) or 'type' not in model:
        raise UsageError(
            f'The config has model={model!r}; give a dict with a type, such '
            "as model=dict(type='ImageClassifier', ...), or inherit one by "
            '_base_.')


def _has_a_work_dir(cfg: Config) -> None:
    if not isinstance(cfg.get('work_dir'), str):
        raise UsageError(f'The config has work_dir={cfg.get("work_dir")!r}; '
                         'give the path of a folder, or leave it out.')


def check_scaled_rates(cfg: Config) -> None:
    """Check that --auto-scale-lr acts in a training.

    Raises:
        UsageError: If OneCycleLR replaces the optimizer's rate by its own.
    """
    scale = cfg.get('auto_scale_lr')
    if isinstance(scale, dict) and scale.get('enable') and any(
            type_name(each) == 'OneCycleLR' for each in schedulers_in(cfg)):
        raise UsageError(
            '--auto-scale-lr has no effect on OneCycleLR, which begins from '
            'its own eta_max; leave it out and set eta_max for your batch '
            'size.')


CHECKS = (_no_misspelt_key, _has_a_model, _has_a_work_dir)


def check_config(cfg: Config) -> None:
    """Check the config of a training or a test.

    Raises:
        UsageError: If it cannot be meant like that.
    """
    for check in CHECKS:
        check(cfg)
