"""Bars with the time that is left, on the standard error stream."""
from typing import Iterable, Iterator, Optional

from mmengine.hooks import Hook
from mmengine.runner import Runner
from rich.console import Console
from rich.progress import Progress


def bar() -> Progress:
    """A bar that leaves nothing behind, nor anything in a file."""
    return Progress(console=Console(stderr=True), transient=True)


def tracked(items: Iterable, title: str,
            total: Optional[int] = None) -> Iterator:
    """Items, with a bar that advances with each."""
    with bar() as progress:
        yield from progress.track(items, total=total, description=title)


class ProgressOfTest(Hook):
    """A bar for the test loop of a Runner.

    Args:
        title (str): What is tested.
    """

    def __init__(self, title: str) -> None:
        self.title = title

    def before_test(self, runner: Runner) -> None:
        """Show the bar."""
        self.progress = bar()
        self.progress.start()
        self.task = self.progress.add_task(
            self.title, total=len(runner.test_dataloader))

    def after_test_iter(self, runner: Runner, batch_idx: int, *args,
                        **kwargs) -> None:
        """Advance it."""
        self.progress.advance(self.task)

    def after_test(self, runner: Runner) -> None:
        """Remove it."""
        self.progress.stop()
