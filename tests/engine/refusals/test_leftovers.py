"""A refused run leaves nothing behind, and takes nothing with it."""
import pytest

from rd_plugins.engine.refusals import nothing_left_if_refused
from rd_plugins.utils.errors import UsageError


def write_run(folder, config='new'):
    (folder / '20260101_000000' / 'vis_data').mkdir(parents=True)
    (folder / 'a.py').write_text(config)


def refuse(folder, error=UsageError('No.'), **kwargs):
    with pytest.raises(type(error)), nothing_left_if_refused(str(folder)):
        write_run(folder, **kwargs)
        raise error


def test_new_folders_go(tmp_path):
    refuse(tmp_path / 'work_dirs' / 'run')
    assert not list(tmp_path.iterdir())


def test_what_was_there_stays_as_it_was(tmp_path):
    older = tmp_path / '20250101_000000'
    older.mkdir()
    (tmp_path / 'epoch_1.pth').write_text('weights')
    (tmp_path / 'a.py').write_text('old')
    refuse(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        '20250101_000000', 'a.py', 'epoch_1.pth']
    assert (tmp_path / 'a.py').read_text() == 'old'


def test_foreign_files_stay(tmp_path):
    folder = tmp_path / 'run'
    with pytest.raises(UsageError), nothing_left_if_refused(str(folder)):
        write_run(folder)
        (folder / 'notes.txt').write_text('mine')
        raise UsageError('No.')
    assert [path.name for path in folder.iterdir()] == ['notes.txt']


def test_a_bug_leaves_its_log(tmp_path):
    refuse(tmp_path / 'run', RuntimeError('internal'))
    assert (tmp_path / 'run' / '20260101_000000').is_dir()


def test_a_run_that_ends_well_keeps_all(tmp_path):
    with nothing_left_if_refused(str(tmp_path / 'run')):
        write_run(tmp_path / 'run')
    assert (tmp_path / 'run' / 'a.py').exists()
