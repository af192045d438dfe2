import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.output_folder import (check_output_file,
                                            check_output_folder,
                                            check_report_folder, new_folder)


def names(folder):
    return sorted(path.name for path in folder.rglob('*'))


def test_it_appears_when_the_block_ends(tmp_path):
    target = tmp_path / 'deep' / 'out'
    with new_folder(target) as folder:
        (folder / 'a').write_text('1')
        assert not target.exists()
    assert names(tmp_path) == ['a', 'deep', 'out']


def test_an_existing_folder_needs_force(tmp_path):
    target = tmp_path / 'out'
    target.mkdir()
    (target / 'old').touch()
    with pytest.raises(UsageError, match='exists.*--force'):
        with new_folder(target):
            raise AssertionError('the block must not run')
    assert names(tmp_path) == ['old', 'out']
    with new_folder(target, force=True) as folder:
        (folder / 'new').touch()
        assert names(target) == ['old']
    assert names(tmp_path) == ['new', 'out']


def test_an_error_leaves_everything_as_it_was(tmp_path):
    target = tmp_path / 'out'
    for force in (False, True):
        before = names(tmp_path)
        with pytest.raises(ZeroDivisionError):
            with new_folder(target, force) as folder:
                (folder / 'half').touch()
                1 / 0
        assert names(tmp_path) == before
        target.mkdir(exist_ok=True)


def test_an_error_leaves_no_folder_above_it(tmp_path):
    with pytest.raises(ZeroDivisionError):
        with new_folder(tmp_path / 'work_dirs' / 'deep' / 'out'):
            1 / 0
    assert names(tmp_path) == []


def test_files_and_the_current_folder_are_refused(tmp_path, monkeypatch):
    (tmp_path / 'file').touch()
    monkeypatch.chdir(tmp_path)
    for target, words in (('file', 'is a file'), ('.', 'you are in')):
        with pytest.raises(UsageError, match=words):
            with new_folder(target, force=True):
                pass


@pytest.mark.parametrize('sent', [signal.SIGTERM, signal.SIGINT])
def test_a_kill_leaves_nothing(tmp_path, sent):
    process = start_and_wait(tmp_path)
    process.send_signal(sent)
    process.wait(timeout=60)
    assert process.returncode not in (0, None) and not names(tmp_path)


def test_the_next_run_clears_what_a_hard_kill_left(tmp_path):
    process = start_and_wait(tmp_path)
    process.kill()
    process.wait(timeout=60)
    assert names(tmp_path) and not (tmp_path / 'out').exists()
    with new_folder(tmp_path / 'out'):
        pass
    assert names(tmp_path) == ['out']


def test_a_replaced_folder_survives_a_hard_kill(tmp_path):
    """Between the two renames the old folder has a temporary name."""
    absent = subprocess.run([sys.executable, '-c', 'import os; '
                             'print(os.getpid())'], capture_output=True,
                            text=True, check=True).stdout.strip()
    old = tmp_path / f'.out.old.{absent}.tmp'
    other = tmp_path / f'.out.b.old.{absent}.tmp'  # that of out.b
    for folder in (old, other):
        folder.mkdir()
    (old / 'precious').touch()
    with pytest.raises(UsageError, match='exists'):
        with new_folder(tmp_path / 'out'):
            pass
    assert names(tmp_path) == [other.name, 'out', 'precious']


def start_and_wait(folder):
    """A process that has half filled ``out`` and then hangs."""
    script = ('import signal, sys, time\n'
              # Shells let what runs in the background ignore Ctrl-C.
              'signal.signal(signal.SIGINT, signal.default_int_handler)\n'
              'from rd_plugins.utils.output_folder import new_folder\n'
              'with new_folder(sys.argv[1]) as folder:\n'
              '    (folder / "half").touch()\n'
              '    time.sleep(60)\n')
    process = subprocess.Popen([sys.executable, '-c', script, folder / 'out'],
                               stderr=subprocess.DEVNULL,
                               env=dict(os.environ))
    for _ in range(600):
        if list(folder.rglob('half')):
            return process
        time.sleep(0.1)
    process.kill()
    raise AssertionError('it did not start')


@pytest.mark.parametrize('check', [
    check_output_file, lambda path: check_report_folder(Path(path)),
    lambda path: check_output_folder(path, False)])
def test_what_cannot_be_written_is_seen_before(tmp_path, monkeypatch, check):
    (tmp_path / 'file').touch()
    with pytest.raises(UsageError, match='/file is a file'):
        check(str(tmp_path / 'file' / 'below' / 'x'))
    check(str(tmp_path / 'new' / 'x'))
    assert not (tmp_path / 'new').exists()
    monkeypatch.setattr('os.access', lambda *_: False)
    with pytest.raises(UsageError, match='you may not write to'):
        check(str(tmp_path / 'x'))


def test_kinds_of_outputs(tmp_path):
    (tmp_path / 'file').touch()
    with pytest.raises(UsageError, match='is a folder; name a file'):
        check_output_file(str(tmp_path))
    with pytest.raises(UsageError, match='is a folder; name a file'):
        check_output_file(f'{tmp_path}/x/')
    with pytest.raises(UsageError, match='x.doc ends in none of .md, .txt;'):
        check_output_file(f'{tmp_path}/x.doc', ('.md', '.txt'))
    check_output_file(f'{tmp_path}/x.MD', ('.md', '.txt'))
    with pytest.raises(UsageError, match='is a file; name a folder'):
        check_report_folder(tmp_path / 'file')
    check_report_folder(tmp_path)
    check_report_folder(None)


def test_a_folder_that_holds_an_input_is_not_replaced(tmp_path):
    run = tmp_path / 'run'
    (run / 'deep').mkdir(parents=True)
    (tmp_path / 'elsewhere').touch()
    (run / 'deep' / 'config.py').touch()
    (run / 'link.pth').symlink_to(tmp_path / 'elsewhere')
    (tmp_path / 'outside.pth').symlink_to(run / 'deep' / 'config.py')
    (tmp_path / 'run_link').symlink_to(run)
    before = names(tmp_path)
    for source in ('run/deep/config.py', 'run/link.pth', 'outside.pth',
                   'run_link/link.pth', 'run'):
        for target in ('run', 'run_link', 'absent/../run'):
            for force in (False, True):
                with pytest.raises(UsageError, match='name another folder'):
                    with new_folder(tmp_path / target, force,
                                    ['https://a.b/c.pth', tmp_path / source]):
                        pass
    assert names(tmp_path) == before


def test_inputs_elsewhere_are_no_hindrance(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'out').mkdir()
    (tmp_path / 'out.pth').touch()
    with new_folder('out', True, ['out.pth', 'https://out/a.pth', 'absent',
                                  'rd_plugins::out/a.py']):
        pass


@pytest.mark.parametrize('is_there', [True, False])
def test_a_link_stays_and_what_it_points_to_is_written(tmp_path, is_there):
    target, link = tmp_path / 'there', tmp_path / 'out'
    link.symlink_to(target)
    if is_there:
        target.mkdir()
        (target / 'old').touch()
    with new_folder(link, force=True) as folder:
        (folder / 'new').touch()
    assert link.is_symlink() and names(target) == ['new']
    assert names(tmp_path) == ['new', 'out', 'there']
