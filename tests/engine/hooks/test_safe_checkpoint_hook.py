import resource
from pathlib import Path

import pytest
import torch.distributed as dist
from mmengine.hooks import EMAHook, Hook
from mmengine.registry import HOOKS

from rd_plugins.engine.launch import build_runner
from rd_plugins.engine.wrapping import unwrap_model
from rd_plugins.utils.checkpoint_file import read_checkpoint
from rd_plugins.utils.errors import UsageError
from tests.helpers.ranks import on_ranks
from tests.helpers.runs import save_teacher, small_cfg, train


@HOOKS.register_module(force=True)
class Break(Hook):
    """Spoils a weight of one process, or fills the disk, after an epoch."""

    def __init__(self, epoch: int, rank: int = 0, disk: bool = False,
                 averages: bool = False) -> None:
        self.epoch, self.rank, self.disk = epoch, rank, disk
        self.averages = averages

    def after_train_epoch(self, runner):
        rank = dist.get_rank() if dist.is_initialized() else 0
        if (runner.epoch, rank) != (self.epoch, self.rank):
            return
        if self.disk:
            _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (2**16, hard))
        elif self.averages:
            hook, = [each for each in runner.hooks
                     if isinstance(each, EMAHook)]
            hook.ema_model.module.head.fc.bias.data[3] = float('inf')
        else:
            unwrap_model(runner).head.fc.bias.data[3] = float('inf')


def cfg_of(folder, **options):
    return small_cfg(
        folder, **{
            'train_dataloader.num_workers': 0,
            'default_hooks.checkpoint.max_keep_ckpts': 1,
            **options
        })


def files(folder):
    return sorted(path.name for path in Path(folder).glob('*')
                  if path.suffix != '.py' and path.is_file())


def pointer(folder):
    return (Path(folder) / 'last_checkpoint').read_text()


def test_old_checkpoints_go_and_the_pointer_follows(run_dir):
    folder = run_dir / 'a'
    folder.mkdir()
    for name in ('epoch_7.pth', 'last_checkpoint'):
        (folder / f'{name}.123.tmp').write_text('of a killed process')
    train(cfg_of(folder, **{'default_hooks.checkpoint.save_best': 'auto'}))
    best, = folder.glob('best_accuracy*')
    assert files(folder) == [best.name, 'epoch_3.pth', 'last_checkpoint']
    assert pointer(folder) == f'{folder}/epoch_3.pth'
    hub = read_checkpoint(folder / 'epoch_3.pth')['message_hub']
    assert hub['runtime_info']['best_ckpt'] == str(best)
    assert hub['runtime_info']['keep_ckpt_ids'] == [2, 3]


@pytest.mark.parametrize('stop, last', [(2, 2), (None, 3)])
def test_a_run_killed_before_it_removes_removes_later(run_dir, stop, last):
    """Before it trains on, and after."""
    folder = run_dir / 'a'
    train(cfg_of(folder), stop_before=1)
    first = (folder / 'epoch_1.pth').read_bytes()
    train(cfg_of(folder, resume=True), stop_before=2)
    assert files(folder) == ['epoch_2.pth', 'last_checkpoint']
    (folder / 'epoch_1.pth').write_bytes(first)
    train(cfg_of(folder, resume=True), stop_before=stop)
    assert files(folder) == [f'epoch_{last}.pth', 'last_checkpoint']


def test_weights_that_are_not_finite_are_never_saved(run_dir):
    """Although the loss was: the last step of the epoch has spoilt them."""
    cfg = cfg_of(run_dir / 'a', custom_hooks=[dict(type='Break', epoch=1)])
    with pytest.raises(UsageError, match='diverged in epoch 2: head.fc.bias '
                       f'.*good checkpoint is {run_dir}/a/epoch_1.pth'):
        train(cfg)
    assert files(run_dir / 'a') == ['epoch_1.pth', 'last_checkpoint']
    assert pointer(run_dir / 'a') == f'{run_dir}/a/epoch_1.pth'


@pytest.mark.parametrize('epoch, last', [
    (0, 'There is no checkpoint'), (1, 'good checkpoint is .*/a/epoch_1.pth')])
def test_averaged_weights_are_checked_too(run_dir, epoch, last):
    """They keep what the weights themselves have left behind."""
    cfg = cfg_of(run_dir / 'a', custom_hooks=[
        dict(type='EMAHook'), dict(type='Break', epoch=epoch, averages=True)])
    with pytest.raises(UsageError, match=f'epoch {epoch + 1}: .*bias .*{last}'
                       ):
        train(cfg)
    assert files(run_dir / 'a') == (
        ['epoch_1.pth', 'last_checkpoint'] if epoch else [])


def test_a_full_disk_leaves_the_older_checkpoint(run_dir):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    cfg = cfg_of(run_dir / 'a', custom_hooks=[
        dict(type='Break', epoch=1, disk=True)])
    try:
        with pytest.raises(UsageError, match='epoch_2.pth cannot be written'):
            train(cfg)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert files(run_dir / 'a') == ['epoch_1.pth', 'last_checkpoint']
    assert read_checkpoint(run_dir / 'a/epoch_1.pth')['meta']['epoch'] == 1
    assert pointer(run_dir / 'a') == f'{run_dir}/a/epoch_1.pth'


def break_in_one(folder):
    """Train in this process as one of several; how it ends."""
    cfg = cfg_of(folder / 'run', custom_hooks=[
        dict(type='Break', epoch=1, rank=1)])
    cfg.launcher, cfg.experiment_name = 'pytorch', 'run'
    try:
        train(cfg)
    except UsageError as error:
        return str(error)


def test_processes_agree_that_nothing_is_saved(run_dir):
    """A buffer or a weight may be bad in one of them only."""
    save_teacher(run_dir / 'teacher.pth')
    first, second = on_ranks(2, break_in_one, run_dir)
    assert first == second and 'head.fc.bias' in first
    assert files(run_dir / 'run') == ['epoch_1.pth', 'last_checkpoint']


BEST = {'default_hooks.checkpoint.save_best': 'accuracy/top1',
        'default_hooks.checkpoint.max_keep_ckpts': -1}


def best(folder):
    return sorted(path.name for path in folder.glob('best_*'))


def test_another_run_keeps_its_best_checkpoint(run_dir):
    """One that goes on from it, elsewhere, looks for a best of its own."""
    train(cfg_of(run_dir / 'a', **BEST), 2)
    before = files(run_dir / 'a')
    assert len(best(run_dir / 'a')) == 1
    train(cfg_of(run_dir / 'b', resume=True,
                 load_from=str(run_dir / 'a/epoch_2.pth'), **BEST))
    assert files(run_dir / 'a') == before
    assert best(run_dir / 'b') == ['best_accuracy_top1_epoch_3.pth']


def test_a_moved_run_knows_its_best_checkpoint(run_dir):
    options = {**BEST, 'default_hooks.checkpoint.published_keys': [
        'meta', 'state_dict']}
    train(cfg_of(run_dir / 'a', **options), 2)
    (run_dir / 'a').rename(run_dir / 'b')
    train(cfg_of(run_dir / 'b', resume=True,
                 load_from=str(run_dir / 'b/epoch_2.pth'), **options))
    names = best(run_dir / 'b')
    assert len([name for name in names if '-' not in name]) == 1
    assert len([name for name in names if '-' in name]) == 1


def test_a_validation_before_the_training(run_dir):
    assert 'accuracy/top1' in build_runner(small_cfg(run_dir)).val()
