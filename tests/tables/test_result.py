"""What is read from the files of a run."""
from types import SimpleNamespace

from rd_plugins.tables.result import curve


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
