"""Runs a tool, and shows how far it is."""
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Callable, Iterator, Tuple

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from rd_plugins.engine.refusals import reason_in
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.package import tool_command
from rd_plugins.utils.termination import termination_raises
from .steps import Step

# A line of MMEngine's log, such as "Epoch(train)  [3][10/18] ... eta: 0:01:02"
LINE = re.compile(r'Epoch\(train\)\s+\[(\d+)\]\[\s*(\d+)/(\d+)\]'
                  r'(?:.*?eta: ((?:\d+ days?, )?[\d:]+))?')
INTERVAL = 0.5


def epochs_in(log: str) -> Tuple[float, str]:
    """Finished epochs, with their part, and the time left as the log says."""
    found = LINE.findall(log)
    if not found:
        return 0.0, ''
    epoch, step, steps, left = found[-1]
    return int(epoch) - 1 + int(step) / int(steps), left


@contextmanager
def shown(label: str, epochs: int, log: Path
          ) -> Iterator[Callable[[float, str], None]]:
    """Show progress: a bar on a terminal, otherwise a line for each epoch.

    Args:
        label (str): What is under way.
        epochs (int): How many epochs it trains; 0 if it is no training.
        log (Path): The file with its output.

    Yields:
        Callable: Takes what :func:`epochs_in` returns.
    """
    if not sys.stdout.isatty():
        yield _lines(label, epochs, log)
        return
    with Progress(TextColumn('{task.description}'), BarColumn(),
                  TaskProgressColumn(), TextColumn('{task.fields[left]}'),
                  transient=True) as bars:
        task = bars.add_task(label, total=epochs or None, left='')
        yield lambda done, left: bars.update(
            task, completed=done if epochs else None,
            left=left and f'{left} left')


def _lines(label: str, epochs: int, log: Path
           ) -> Callable[[float, str], None]:
    print(f'{label}: see {log}', flush=True)
    told = 0

    def tell(done: float, left: str) -> None:
        nonlocal told
        if epochs and int(done) > told:
            told = int(done)
            print(f'{label}: epoch {told} of {epochs}', flush=True)

    return tell


def run_step(step: Step, log: Path, label: str) -> float:
    """Run a step; its output goes to the end of a file.

    Args:
        step (Step): The step.
        log (Path): The file.
        label (str): What is shown meanwhile.

    Returns:
        float: How many seconds it took.

    Raises:
        UsageError: If the tool fails; the message has its sentence.
    """
    start = time.monotonic()
    command = [*tool_command(step.tool), *step.arguments()]
    with log.open('a') as file, shown(label, step.epochs, log) as tell:
        before = file.tell()  # of runs that were removed since
        process = subprocess.Popen(
            command, stdout=file, stderr=subprocess.STDOUT,
            close_fds=False)  # it holds the lock too
        try:
            with termination_raises():
                running = True
                while running:
                    running = _is_running(process)
                    tell(*epochs_in(_text_from(log, before)))
        finally:
            process.terminate()
            process.wait()
    if process.returncode:
        raise UsageError(
            f'{step.tool} failed{reason_in(log)}; its log is {log}.')
    return time.monotonic() - start


def _text_from(log: Path, position: int) -> str:
    with log.open('rb') as file:
        file.seek(position)
        return file.read().decode(errors='replace')


def _is_running(process: subprocess.Popen) -> bool:
    try:
        process.wait(INTERVAL)
        return False
    except subprocess.TimeoutExpired:
        return True


def as_time(seconds: float) -> str:
    """A time in words: ``'3 h 20 min'``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f'{hours} h {minutes} min'
    return f'{minutes} min {rest} s' if minutes else f'{rest} s'
