"""The picture of a table."""
from matplotlib import pyplot as plt

from rd_plugins.tables.picture import draw_bars


def test_every_row_has_a_bar_of_its_own():
    """Even if two have the same title."""
    figure, axes = plt.subplots()
    draw_bars(axes, [('plain', [dict(accuracy=80.0), dict(accuracy=82.0)]),
                     ('plain', [dict(accuracy=90.0)])])
    assert [bar.get_width() for bar in axes.patches] == [81, 90]
    assert [each.get_text() for each in axes.get_yticklabels()] == 2 * [
        'plain']
    assert [list(dots.get_xdata()) for dots in axes.lines] == [[80, 82], [90]]
    plt.close(figure)
