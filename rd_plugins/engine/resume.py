"""Which checkpoint a run goes on from, and what has changed since."""
import os
from os import path as osp
from typing import Any, Dict, List, Optional

from mmengine.config import Config
from torch import nn

from rd_plugins.utils.checkpoint import fitting_weights
from rd_plugins.utils.checkpoint_file import read_checkpoint
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.recorded_config import flat, read_recorded
from rd_plugins.utils.whole_file import numbered_checkpoints

# What of a config makes a resumed run another one; the last is what tables
# write there of given files.
COMPARED = ('model.', 'optim_wrapper.', 'param_scheduler', 'train_cfg.',
            'custom_hooks', 'data_preprocessor.',
            'train_dataloader.batch_size', 'train_dataloader.drop_last',
            'train_dataloader.dataset.', 'train_dataloader.sampler.',
            'randomness.', 'given_weights.')
# Differences that are printed
SHOWN = 12


def _checkpoint_hook(cfg: Config) -> dict:
    return (cfg.get('default_hooks') or {}).get('checkpoint') or {}


def checkpoints_of(cfg: Config) -> Dict[int, Any]:
    """The checkpoints in the folder of a run by number, newest first."""
    hook = _checkpoint_hook(cfg)
    by_epoch = hook.get('by_epoch', True)
    folder = cfg.work_dir
    out_dir = hook.get('out_dir')
    if out_dir and out_dir != osp.abspath(folder):  # as CheckpointHook has it
        folder = osp.join(out_dir, osp.basename(osp.normpath(folder)))
    return numbered_checkpoints(
        folder,
        hook.get('filename_tmpl')
        or ('epoch_{}.pth' if by_epoch else 'iter_{}.pth'))


def say(text: str) -> None:
    """Print once for all processes, which have not met yet."""
    if os.environ.get('RANK', os.environ.get('SLURM_PROCID', '0')) == '0':
        print(text, flush=True)


def check_checkpoint_resumes(path: str, model: nn.Module) -> dict:
    """Check that a run can be resumed from a checkpoint.

    Args:
        path (str): The checkpoint.
        model (nn.Module): The model of the run.

    Returns:
        dict: The checkpoint.

    Raises:
        UsageError: If its weights do not fit, or it has only weights.
    """
    checkpoint = read_checkpoint(path)
    meta = checkpoint['meta']
    absent = [
        name for name, part in (('meta.epoch', meta.get('epoch')),
                                ('meta.iter', meta.get('iter')),
                                ('optimizer', checkpoint.get('optimizer')),
                                ('message_hub', checkpoint.get('message_hub')))
        if part is None
    ]
    if absent:
        raise UsageError(f'{path} cannot be resumed: it has no {absent[0]}. '
                         'Resume from a checkpoint that a training has saved, '
                         'or start from these weights: --cfg-options '
                         f'load_from={path}.')
    fitting_weights(checkpoint, model, path, auxiliary=True)
    return checkpoint


def choose_checkpoint(cfg: Config, model: nn.Module,
                      start: Optional[str] = None) -> None:
    """Name the checkpoint that a run resumes from in its config.

    That is the one that was given, or the newest of the folder that is
    undamaged and fits; what is passed over is printed with the reason, and so
    is what has changed in the config. ``last_checkpoint`` has no part in it.
    A folder without checkpoints is the beginning of a run.

    Args:
        cfg (Config): The config of the run; changed in place.
        model (nn.Module): Its model.
        start (str, optional): What the run loads if it begins. Defaults to
            None.

    Raises:
        UsageError: If none of the folder's checkpoints can be resumed.
    """
    if cfg.get('load_from'):
        checkpoint = check_checkpoint_resumes(cfg.load_from, model)
        _check_it_is_the_newest(cfg, checkpoint)
        _say_what_changed(cfg, checkpoint)
    elif not _take_newest(cfg, model):
        say(f'There is no checkpoint in {cfg.work_dir} yet; the run begins.')
        cfg.resume = False
        cfg.load_from = start


def _check_it_is_the_newest(cfg: Config, checkpoint: dict) -> None:
    """The next ``--resume`` would go on from what is newer."""
    meta = checkpoint['meta']
    done = meta.get('epoch' if _checkpoint_hook(cfg).get('by_epoch', True)
                    else 'iter', 0)
    newer = [path for number, path in checkpoints_of(cfg).items()
             if number > done]
    if newer:
        raise UsageError(
            f'{cfg.work_dir} holds {newer[0].name}, which is newer than '
            f'{cfg.load_from}, and the next --resume would go on from there; '
            'move the newer ones away, or name another folder: --work-dir.')


def _take_newest(cfg: Config, model: nn.Module) -> bool:
    reasons: List[str] = []
    for path in map(str, checkpoints_of(cfg).values()):
        try:
            checkpoint = check_checkpoint_resumes(path, model)
        except UsageError as error:
            reasons.append(str(error))
            say(f'Passed over: {error}')
            continue
        say(f'Resumes from {path}.')
        _say_what_changed(cfg, checkpoint)
        cfg.load_from = path
        return True
    if reasons:
        raise UsageError(
            f'None of the {len(reasons)} checkpoints in {cfg.work_dir} can be '
            f'resumed; the newest: {reasons[0]} To start over, name another '
            'folder: --work-dir.')
    return False


def check_nothing_is_overwritten(cfg: Config) -> None:
    """Check that a run that begins has a folder of its own.

    Raises:
        UsageError: If there are checkpoints of another run.
    """
    found = checkpoints_of(cfg)
    if found:
        raise UsageError(
            f'{cfg.work_dir} holds checkpoints '
            f'({next(iter(found.values())).name}), which a new run would '
            'overwrite; go on with --resume, or name another folder: '
            '--work-dir.')


def changes(recorded: dict, cfg: dict) -> List[str]:
    """What differs between the config of a checkpoint and that of a run.

    Args:
        recorded (dict): The checkpoint's, from :func:`read_recorded`.
        cfg (dict): The run's, in the same form.

    Returns:
        list[str]: One line for each difference that matters to the result.
    """
    before, now = flat(recorded), flat(cfg)
    keys = [key for key in {**before, **now} if key.startswith(COMPARED)]
    absent = 'nothing'
    return [
        f'{key}: {before.get(key, absent)!r} in the checkpoint, '
        f'{now.get(key, absent)!r} in the config' for key in keys
        if before.get(key, absent) != now.get(key, absent)
    ]


def _say_what_changed(cfg: Config, checkpoint: dict) -> None:
    recorded = read_recorded(checkpoint['meta'].get('cfg'))
    if not recorded:
        return
    lines = changes(recorded, read_recorded(cfg.pretty_text))
    if lines:
        more = [f'... and {len(lines) - SHOWN} more'] * (len(lines) > SHOWN)
        say('\n  '.join([
            'The config has changed since that checkpoint. The optimizer and '
            'the schedules go on with the values of the checkpoint, '
            'everything else with those of the config:', *lines[:SHOWN],
            *more]))
