"""From which checkpoint a run goes on, whatever happened to its folder."""
import shutil

import pytest
import torch

from rd_plugins.engine.config_file import build_model
from rd_plugins.engine.launch import check_training
from rd_plugins.engine.resume import changes, choose_checkpoint
from rd_plugins.utils.checkpoint_file import read_checkpoint
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.recorded_config import read_recorded
from tests.helpers import ROOT
from tests.helpers.compare import assert_same
from tests.helpers.hostile import payloads, write
from tests.helpers.runs import save_teacher, small_cfg, train
from tests.helpers.tools import assert_refused, tool


def cfg_of(folder, **options):
    return small_cfg(folder, **{'train_dataloader.num_workers': 0, **options})


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    """A run of three epochs that has kept them all."""
    from mmengine.registry import init_default_scope
    init_default_scope('mmpretrain')
    folder = tmp_path_factory.mktemp('t')
    save_teacher(folder / 'teacher.pth')
    train(cfg_of(folder / 'run'))
    return folder


@pytest.fixture
def folder(trained, run_dir):
    """A copy of it, so in another place."""
    shutil.copytree(trained, run_dir / 'x')
    return run_dir / 'x' / 'run'


def chosen(folder, **options):
    """The name of the checkpoint that ``--resume`` takes."""
    cfg = cfg_of(folder, resume=True, **options)
    choose_checkpoint(cfg, build_model(cfg))
    assert cfg.resume == bool(cfg.load_from)
    return cfg.load_from and cfg.load_from.removeprefix(f'{folder}/')


def cut(path):
    path.write_bytes(path.read_bytes()[:-1000])


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 16
    path.write_bytes(content)


def spoil(path):
    checkpoint = read_checkpoint(path)
    checkpoint['state_dict']['head.fc.bias'][0] = float('nan')
    torch.save(checkpoint, path)


def replace(path):
    torch.save(dict(state_dict=dict(weight=torch.ones(1))), path)


def attack(path):
    write(payloads(f'{path}.trace')['os.system'], path)


@pytest.mark.parametrize('pointer', ['', 'nonsense', '/elsewhere/epoch_1.pth',
                                     None])
def test_the_pointer_has_no_part_in_it(folder, pointer):
    file = folder / 'last_checkpoint'
    file.unlink() if pointer is None else file.write_text(pointer)
    assert chosen(folder) == 'epoch_3.pth'


@pytest.mark.parametrize('harm', [cut, flip, spoil, replace, attack])
def test_the_newest_that_is_whole_is_taken(folder, harm, capsys):
    harm(folder / 'epoch_3.pth')
    assert chosen(folder) == 'epoch_2.pth'
    said = capsys.readouterr().out
    assert f'Passed over: {folder}/epoch_3.pth ' in said
    assert f'Resumes from {folder}/epoch_2.pth.' in said
    assert not (folder / 'epoch_3.pth.trace').exists()


def test_a_run_never_starts_over_silently(folder):
    for number in (1, 2, 3):
        cut(folder / f'epoch_{number}.pth')
    with pytest.raises(UsageError, match='None of the 3 checkpoints .*resumed;'
                       ' the newest: .*epoch_3.pth .*--work-dir'):
        chosen(folder)
    with pytest.raises(UsageError, match='epoch_3.pth.*would overwrite.*'
                       '--resume.*--work-dir'):
        check_training(cfg_of(folder))


def test_a_folder_without_checkpoints_is_a_beginning(run_dir, capsys):
    (run_dir / 'a').mkdir()
    (run_dir / 'a' / 'last_checkpoint').write_text('/elsewhere/epoch_1.pth')
    assert chosen(run_dir / 'a') is None
    assert 'no checkpoint' in capsys.readouterr().out


def test_a_beginning_keeps_what_it_loads(folder, run_dir):
    """--resume takes it out of the config, and nothing is resumed."""
    start = str(folder / 'epoch_1.pth')
    cfg = cfg_of(run_dir / 'new', resume=True)
    check_training(cfg, start)
    assert (cfg.load_from, cfg.resume) == (start, False)
    cfg = cfg_of(run_dir / 'new', resume=True)
    with pytest.raises(UsageError, match='absent.pth'):
        check_training(cfg, 'absent.pth')
    cfg = cfg_of(folder, resume=True)
    check_training(cfg, start)
    assert cfg.load_from.endswith('epoch_3.pth') and cfg.resume


def test_the_tool_passes_on_what_a_beginning_loads(run_dir):
    config = run_dir / 'config.py'
    config.write_text(f"_base_ = '{ROOT}/configs/demo/plain20_ce_mnist5k.py'\n"
                      "load_from = 'absent.pth'")
    assert_refused(tool('train.py', config, '--resume', '--work-dir',
                        run_dir / 'new'), 'absent.pth')


def test_mixed_precision_on_a_cpu_is_no_change(folder, run_dir, capsys):
    amp = {'optim_wrapper.type': 'AmpOptimWrapper',
           'optim_wrapper.loss_scale': 'dynamic', 'train_cfg.max_epochs': 1}
    cfg = cfg_of(run_dir / 'amp', **amp)
    check_training(cfg)
    train(cfg)
    check_training(cfg_of(run_dir / 'amp', resume=True, **amp))
    assert 'has changed' not in capsys.readouterr().out


def test_other_places_and_names(folder):
    shutil.move(folder, folder.parent / 'out' / 'run')
    options = {'default_hooks.checkpoint.out_dir': str(folder.parent / 'out')}
    assert chosen(folder, **options).endswith('out/run/epoch_3.pth')
    (folder.parent / 'out/run/epoch_2.pth').rename(
        folder.parent / 'out/run/state-2')
    options['default_hooks.checkpoint.filename_tmpl'] = 'state-{}'
    assert chosen(folder, **options).endswith('out/run/state-2')
    options = {'default_hooks.checkpoint.by_epoch': False}
    assert chosen(folder, **options) is None


def test_checkpoints_may_be_sent_to_the_work_folder_itself(folder):
    options = {'default_hooks.checkpoint.out_dir': str(folder)}
    assert chosen(folder, **options) == 'epoch_3.pth'


def test_a_moved_and_damaged_run_ends_as_if_nothing_had_been(folder):
    before = read_checkpoint(folder / 'epoch_3.pth')
    flip(folder / 'epoch_3.pth')
    cfg = cfg_of(folder, resume=True)
    check_training(cfg)
    train(cfg)
    after = read_checkpoint(folder / 'epoch_3.pth')
    for part in ('state_dict', 'optimizer', 'param_schedulers'):
        assert_same(after[part], before[part])


def test_a_run_goes_on_from_its_newest_checkpoint_or_elsewhere(folder):
    """The next --resume would return to what was given up."""
    cfg = cfg_of(folder, resume=True, load_from=str(folder / 'epoch_2.pth'))
    with pytest.raises(UsageError, match='holds epoch_3.pth, which is newer'):
        choose_checkpoint(cfg, build_model(cfg))
    (folder / 'epoch_3.pth').unlink()
    choose_checkpoint(cfg, build_model(cfg))
    cfg.work_dir = str(folder.parent / 'other')
    choose_checkpoint(cfg, build_model(cfg))


def test_epochs_of_other_lengths_are_not_mixed(folder):
    longer = {'train_cfg.max_epochs': 4, 'train_dataloader.batch_size': 5}
    cfg = cfg_of(folder, resume=True, **longer)
    check_training(cfg)
    with pytest.raises(UsageError, match='in 3 epochs, and this run .* in'):
        train(cfg)


def test_what_has_changed_is_said(folder, capsys):
    chosen(folder)
    assert 'optimizer.lr' not in capsys.readouterr().out
    chosen(folder, **{'optim_wrapper.optimizer.lr': 0.7,
                      'train_cfg.max_epochs': 5})
    said = capsys.readouterr().out
    assert 'optimizer.lr: 0.05 in the checkpoint, 0.7 in the config' in said
    assert 'max_epochs: 3 in the checkpoint, 5 in the config' in said
    assert 'go on with the values of the checkpoint' in said


def test_lists_are_compared_by_their_parts():
    before = read_recorded("param_scheduler = [dict(type='A', end=3), "
                           "dict(type='B', t=(1, 2))]\nwork_dir = 'x'")
    after = dict(param_scheduler=[dict(type='A', end=4),
                                  dict(type='B', t=[1, 2])], work_dir='y')
    assert changes(before, after) == [
        'param_scheduler.0.end: 3 in the checkpoint, 4 in the config'
    ]
