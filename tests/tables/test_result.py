"""What is read from the files of a run."""
from types import SimpleNamespace

import pytest

from rd_plugins.tables.result import curve, result_of
from rd_plugins.utils.errors import UsageError


def test_the_curve_passes_over_half_a_line(tmp_path):
    """Of all the starts of a training, the later ones counting."""
    for start, lines in (
            ('1', ['{"loss": 1.0, "step": 1}',
                   '{"accuracy/top1": 50.004, "step": 1}',
                   '{"accuracy/top1": 60.0, "step": 2}',
                   '{"accuracy/top1": 7']),
            ('2', ['{"accuracy/top1": 61.0, "step": 2}'])):
        path = tmp_path / start / 'vis_data/scalars.json'
        path.parent.mkdir(parents=True)
        path.write_text('\n'.join(lines))
    assert curve(SimpleNamespace(folder=tmp_path)) == [(1, 50.0), (2, 61.0)]


def test_a_test_of_something_else(tmp_path):
    (tmp_path / 'test.json').write_text('{"single-label/f1-score": 50.0}')
    run = SimpleNamespace(folder=tmp_path, name='student-seed0')
    with pytest.raises(UsageError, match='student-seed0 gives single-label/f1'
                       '.*collects accuracy/top1'):
        result_of(run)
