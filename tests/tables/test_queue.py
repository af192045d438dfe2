"""The processes of a table."""
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest

from rd_plugins.tables.queue import Queue
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.lock import FILE, locked
from tests.helpers import ROOT
from tests.helpers.processes import is_running, wait_until

CODE = """
import sys
from pathlib import Path
from types import SimpleNamespace
from rd_plugins.tables.queue import Queue

folder = Path(sys.argv[1])
training = ("import os, pathlib, sys, time;"
            "pathlib.Path(sys.argv[1], 'pid').write_text(str(os.getpid()));"
            "time.sleep(300)")
run = SimpleNamespace(
    name='r', folder=folder, needs={},
    row=SimpleNamespace(checkpoint='', start=None),
    is_trained=lambda: False, epoch=lambda: 0,
    train_command=lambda: [sys.executable, '-c', training, str(folder)])
Queue([run], 1, None, print).work(0.1)
"""


def test_a_table_that_is_terminated_ends_its_trainings(tmp_path):
    """Otherwise the same command would start a second one beside it."""
    table = subprocess.Popen([sys.executable, '-c', CODE, str(tmp_path)],
                             cwd=ROOT, stdout=subprocess.DEVNULL)
    pid = tmp_path / 'pid'
    assert wait_until(lambda: pid.exists() and pid.read_text(), 120)
    training = int(pid.read_text())
    assert is_running(training)
    with pytest.raises(UsageError, match='in use by another run'):
        with locked(tmp_path):
            pass
    table.send_signal(signal.SIGTERM)
    assert table.wait(60) == 128 + signal.SIGTERM
    assert not is_running(training)


class Sleeper(SimpleNamespace):
    """A run whose training and test note when they begin and end."""

    def __init__(self, folder, name, *needs, fails_to=None):
        super().__init__(
            name=name, folder=folder / name, needs={}, max_epochs=1,
            fails_to=fails_to,
            row=SimpleNamespace(checkpoint='', start=None))
        self.needs = {each.name: each for each in needs}
        self.folder.mkdir()

    def is_trained(self):
        return (self.folder / 'train').exists()

    def epoch(self):
        return int(self.is_trained())

    def _command(self, kind):
        # The name of the script tells the queue what has ended.
        script = self.folder / f'{kind}.py'
        if kind == self.fails_to:
            script.write_text('raise SystemExit(3)')
            return [sys.executable, str(script)]
        script.write_text(
            'import os, time\n'
            'from pathlib import Path\n'
            'begin = time.monotonic()\n'
            'time.sleep(1)\n'
            f'Path({str(self.folder)!r}, {kind!r}).write_text(f"{{begin}} '
            '{time.monotonic()} {os.environ.get(\'OMP_NUM_THREADS\')}")\n')
        return [sys.executable, str(script)]

    def train_command(self):
        return self._command('train')

    def test_command(self):
        return self._command('test')

    def spans(self):
        for kind in ('train', 'test'):
            begin, end, threads = (self.folder / kind).read_text().split()
            yield float(begin), float(end), threads


def test_a_training_of_another_command_is_left_alone(tmp_path):
    run = Sleeper(tmp_path, 'a')
    with locked(run.folder):
        with pytest.raises(UsageError, match='in use by another run'):
            Queue([run], 1, None, print).work(0.05)
    assert list(run.folder.iterdir()) == [run.folder / FILE]


@pytest.mark.parametrize('jobs', [1, 2])
def test_so_many_jobs_at_a_time_and_teachers_first(tmp_path, monkeypatch,
                                                   jobs):
    monkeypatch.delenv('OMP_NUM_THREADS', raising=False)
    teacher = Sleeper(tmp_path, 'teacher')
    runs = [Sleeper(tmp_path, name, teacher) for name in 'ab'] + [teacher]
    done = []
    assert Queue(runs, jobs, None, done.append).work(0.05) == []
    assert set(run.name for run in done) == {'a', 'b', 'teacher'}
    spans = [span for run in runs for span in run.spans()]
    assert jobs == max(sum(begin <= now < end for begin, end, _ in spans)
                       for now, *_ in spans)
    taught = next(teacher.spans())[1]
    assert all(next(run.spans())[0] > taught for run in runs[:2])
    assert {threads for *_, threads in spans} == {
        'None' if jobs == 1 else '1'}


def test_a_failure_ends_itself_and_those_that_need_it(tmp_path, capsys):
    """A table of a night would lose the rest of the night."""
    teacher = Sleeper(tmp_path, 'teacher', fails_to='train')
    student = Sleeper(tmp_path, 'student', teacher)
    after = Sleeper(tmp_path, 'after', student)
    untested = Sleeper(tmp_path, 'untested', fails_to='test')
    taught = Sleeper(tmp_path, 'taught', untested)
    done = []
    queue = Queue([teacher, student, after, untested, taught], 1, None,
                  done.append)
    with pytest.raises(UsageError) as failure:
        queue.work(0.05)
    assert [run.name for run in done] == ['taught']  # its teacher is trained
    first, second, last = str(failure.value).splitlines()
    assert first.startswith('teacher failed with status 3; its log is ')
    assert second.startswith('untested failed with status 3; its log is ')
    assert last == 'Not run without their weights: student, after.'
    assert capsys.readouterr().out.count('The others go on.') == 2
