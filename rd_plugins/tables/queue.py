"""Runs the trainings and tests of a table, several at a time."""
import os
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Callable, Dict, Iterator, List, Optional

from rd_plugins.engine.refusals import reason_in
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.lock import locked
from rd_plugins.utils.termination import termination_raises
from .origin import note_start
from .run import Run
from .start import write_start

# Seconds between SIGTERM and SIGKILL
GRACE = 20


class Queue:
    """Trains and tests runs, each when the weights that it needs are there.

    Trainings write a checkpoint after every epoch and resume from it, so
    stopping loses part of an epoch at most and does not change results. One
    that fails ends itself only, and those that need its weights.

    Args:
        runs (list[Run]): Runs without a result, and those whose weights
            they need and are gone.
        jobs (int): Number of processes at a time; if there are several, each
            has one CPU thread.
        deadline (float, optional): When to stop, as ``time.monotonic``, in
            seconds.
        on_result (Callable): Called with each run after its test.
    """

    def __init__(self, runs: List[Run], jobs: int, deadline: Optional[float],
                 on_result: Callable[[Run], None]) -> None:
        self.waiting = list(runs)
        self.jobs = jobs
        self.deadline = deadline
        self.on_result = on_result
        self.active: Dict[subprocess.Popen, Run] = {}
        self.epochs: Dict[str, int] = {}
        self.failures: Dict[str, str] = {}

    def work(self, pause: float = 1.0) -> List[Run]:
        """Run everything, or until the deadline.

        Args:
            pause (float): Seconds between two looks at the processes.
                Defaults to 1.0.

        Returns:
            list[Run]: The runs that are not finished.

        Raises:
            UsageError: If trainings or tests failed, after the others.
        """
        try:
            with termination_raises():
                while self._has_work() and not self._is_late():
                    self._start()
                    time.sleep(pause)
                    self._collect()
        finally:
            self._stop()
        if self.failures:
            raise UsageError(self._what_failed())
        return [*self.active.values(), *self.waiting]

    def _has_work(self) -> bool:
        return bool(self.active) or not all(map(self._lacks, self.waiting))

    def _lacks(self, run: Run) -> bool:
        """Whether it needs weights that a failed run was to make."""
        return any(
            not needed.is_trained()
            and (needed.name in self.failures or self._lacks(needed))
            for needed in run.needs.values())

    def _what_failed(self) -> str:
        lacking = [run.name for run in self.waiting if self._lacks(run)]
        waits = [f'Not run without their weights: {", ".join(lacking)}.'
                 ] if lacking else []
        return '\n'.join([*self.failures.values(), *waits])

    @contextmanager
    def _failing_alone(self, run: Run) -> Iterator[None]:
        try:
            yield
        except UsageError as error:
            self.failures[run.name] = str(error)
            if self._has_work():
                print(f'{error} The others go on.', flush=True)

    def _is_late(self) -> bool:
        return self.deadline is not None and time.monotonic() > self.deadline

    def _start(self) -> None:
        for run in list(self.waiting):
            if len(self.active) >= self.jobs:
                return
            if all(needed.is_trained() for needed in run.needs.values()):
                self.waiting.remove(run)
                with self._failing_alone(run):
                    self._launch(run)

    def _launch(self, run: Run) -> None:
        # Weights that are given are tested in one folder for all seeds.
        with locked(run.folder, wait=bool(run.row.checkpoint)):
            self._launch_alone(run)

    def _launch_alone(self, run: Run) -> None:
        trained = run.is_trained()
        if not trained:
            if run.row.start:
                write_start(run)
            note_start(run.folder)
        command = run.test_command() if trained else run.train_command()
        environment = dict(os.environ)
        if self.jobs > 1:
            environment['OMP_NUM_THREADS'] = '1'
        log = _log(run, trained)
        print(f'{run.name}: {"tests" if trained else "trains"}, see {log}',
              flush=True)
        with log.open('a') as file:
            process = subprocess.Popen(
                command, stdout=file, stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL, env=environment,
                close_fds=False)  # it keeps the lock of its folder
        self.active[process] = run

    def _collect(self) -> None:
        for process, run in list(self.active.items()):
            self._tell_progress(run)
            if process.poll() is None:
                continue
            del self.active[process]
            with self._failing_alone(run):
                self._finish(run, process)

    def _finish(self, run: Run, process: subprocess.Popen) -> None:
        is_test = 'test.py' in Path(process.args[1]).name
        if process.returncode:
            log = _log(run, is_test)
            raise UsageError(
                f'{run.name} failed with status {process.returncode}'
                f'{reason_in(log)}; its log is {log}. Run the same command '
                'again to go on.')
        if is_test:
            self.on_result(run)
            return
        if not run.is_trained():
            raise UsageError(
                f'{run.name} ended and left no checkpoint of its last epoch: '
                f'{run.epoch()} of {run.max_epochs}. A table tests that one; '
                'leave out early stopping, and save_last=False of the '
                'CheckpointHook.')
        self.waiting.insert(0, run)

    def _tell_progress(self, run: Run) -> None:
        if run.row.checkpoint:
            return
        epoch = run.epoch()
        if epoch > self.epochs.setdefault(run.name, epoch):
            self.epochs[run.name] = epoch
            print(f'{run.name}: epoch {epoch} of {run.max_epochs}',
                  flush=True)

    def _stop(self) -> None:
        for process in self.active:
            process.terminate()
        for process in self.active:
            try:
                process.wait(GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _log(run: Run, is_test: bool) -> Path:
    return run.folder / ('test.log' if is_test else 'train.log')
