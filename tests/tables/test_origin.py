"""What is recorded of where a run was made."""
import json
import subprocess

import pytest
import torch

from rd_plugins.tables import origin
from rd_plugins.tables.origin import STARTS, commit, note_start, provenance


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository of its own, in place of the package's."""
    def git(*command):
        return subprocess.run(
            ['git', '-c', 'user.name=a', '-c', 'user.email=b', *command],
            cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    monkeypatch.setattr(origin, 'files_folder', lambda: tmp_path)
    (tmp_path / 'docs/results').mkdir(parents=True)
    for name in ('model-index.yml', 'code.py', 'docs/results/table.json'):
        (tmp_path / name).write_text('1')
    git('init', '-q')
    git('add', '.')
    git('commit', '-q', '-m', 'first')
    return tmp_path, git


def test_results_do_not_change_a_commit(repository):
    """A table writes them between its runs."""
    folder, git = repository
    first = git('rev-parse', '--short', 'HEAD').strip()
    (folder / 'docs/results/table.json').write_text('2')
    (folder / 'work_dirs').mkdir()
    (folder / 'work_dirs/log').write_text('not tracked')
    assert commit() == first
    (folder / 'code.py').write_text('2')
    assert commit() == f'{first}-dirty'


@pytest.mark.parametrize('variable', ['GIT_CEILING_DIRECTORIES', 'PATH'])
def test_without_a_repository_or_git(tmp_path, monkeypatch, variable):
    monkeypatch.setattr(origin, 'files_folder', lambda: tmp_path)
    monkeypatch.setenv(variable, str(tmp_path.parent))
    assert commit() == 'not in a repository'


def test_a_training_that_goes_on_has_both_commits(repository):
    folder, git = repository
    run = folder / 'work_dirs/run'
    first = commit()
    for _ in range(2):  # the first has left no checkpoint
        note_start(run)
        assert len(json.loads((run / STARTS).read_text())) == 1
    torch.save({}, run / 'epoch_1.pth')
    git('commit', '-q', '--allow-empty', '-m', 'second')
    note_start(run)
    found = provenance(run)
    assert found['commit'] == f'{first}, then {commit()}'
    assert ', then ' not in found['hardware'] + found['pytorch']


def test_weights_that_are_given_have_the_origin_of_their_test(repository):
    folder, _ = repository
    assert provenance(folder)['commit'] == commit()


def test_a_package_in_the_repository_of_others(repository, monkeypatch):
    folder, _ = repository
    inside = folder / '.venv/lib'
    inside.mkdir(parents=True)
    monkeypatch.setattr(origin, 'files_folder', lambda: inside)
    assert commit() == 'not in a repository'
