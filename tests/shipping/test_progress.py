"""Bars show what is left, and are gone afterwards."""
from types import SimpleNamespace

from rich.progress import TimeRemainingColumn

from rd_plugins.shipping.progress import ProgressOfTest, bar, tracked


def test_items_pass(capsys):
    assert list(tracked(iter('abc'), 'letters', 3)) == list('abc')
    assert not capsys.readouterr().out


def test_it_tells_the_time_left():
    assert any(isinstance(column, TimeRemainingColumn)
               for column in bar().columns)


def test_a_test_loop():
    runner = SimpleNamespace(test_dataloader=range(3))
    hook = ProgressOfTest('test')
    hook.before_test(runner)
    for index in range(3):
        hook.after_test_iter(runner, index)
    task, = hook.progress.tasks
    assert task.finished and task.total == 3
    hook.after_test(runner)
    assert not hook.progress.live.is_started
