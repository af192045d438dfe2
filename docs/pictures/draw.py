"""Draws what each method does to the network.

    python docs/pictures/draw.py
"""
from pathlib import Path

import matplotlib
from matplotlib import pyplot as plt

matplotlib.use('Agg')
# Text stays text, and the same drawing is the same file.
matplotlib.rcParams.update({'svg.fonttype': 'none', 'svg.hashsalt': 'rd',
                            'font.size': 9})
TEACHER, STUDENT, GREY = '#c7d9ee', '#f6d5a8', '0.55'
FOLDER = Path(__file__).resolve().parent


def box(axes, x, y, text, color):
    """A part of a network."""
    axes.text(x, y, text, ha='center', va='center', bbox=dict(
        boxstyle='round,pad=0.35,rounding_size=0.2', fc=color, ec='0.3'))


def arrow(axes, start, end, color='0.2', style='-', bend=0.0):
    """Where activations go."""
    axes.annotate('', end, start, arrowprops=dict(
        arrowstyle='-|>', color=color, ls=style, shrinkA=9, shrinkB=9,
        connectionstyle=f'arc3,rad={bend}'))


def row(axes, y, names, color, label):
    """A network of three stages, from left to right."""
    axes.text(-0.1, y, label, ha='right', va='center')
    for x, name in enumerate(names):
        box(axes, 1 + 2 * x, y, name, color)
    for x in range(len(names) - 1):
        arrow(axes, (1.3 + 2 * x, y), (2.7 + 2 * x, y))


def fading(axes):
    """Shortcuts of weight w(t)."""
    for index, (weight, style, color) in enumerate((
            ('w = 1', '-', '0.2'), ('w = 0.5', '--', GREY), ('', '', None))):
        left = 3.2 * index
        box(axes, left + 1, 0, 'block', STUDENT)
        arrow(axes, (left - 0.4, 0), (left + 0.7, 0))
        arrow(axes, (left + 1.3, 0), (left + 2.4, 0))
        if color:
            arrow(axes, (left - 0.2, 0.1), (left + 2.2, 0.1), color, style,
                  -0.6)
        axes.text(left + 1, 0.95, weight, ha='center')
        phase = ('starts as its teacher', 'fades', 'trains on, plain')[index]
        axes.text(left + 1, -0.75, phase, ha='center', color='0.3')
    return 'Fading shortcuts', (-0.8, 9.2), (-1.1, 1.4)


def no_res(axes):
    """One stage after the other."""
    row(axes, 1.2, ['stage 1', 'stage 2', 'stage 3'], TEACHER, 'teacher')
    row(axes, 0, ['stage 1', 'stage 2', 'stage 3'], STUDENT, 'student')
    for x, text in ((1, 'first'), (3, 'second'),
                    (5, 'third, then\nall by labels')):
        axes.annotate('', (x, 0.3), (x, 0.9), arrowprops=dict(
            arrowstyle='<->', color='#b03030'))
        axes.text(x + 0.15, 0.6, text, va='center',
                  color='#b03030', fontsize=8)
    return 'No-Res: outputs of a stage are fitted to the teacher\'s', (
        -1.3, 6.6), (-0.5, 1.7)


def joint_rd(axes):
    """Hybrids: student first, teacher after."""
    row(axes, 1.2, ['stage 1', 'stage 2', 'stage 3'], TEACHER, 'teacher')
    row(axes, 0, ['stage 1', 'stage 2', 'stage 3'], STUDENT, 'student')
    arrow(axes, (1.2, 0.1), (2.8, 1.1), '#b03030')
    arrow(axes, (3.2, 0.1), (4.8, 1.1), '#b03030')
    for y, color in ((1.2, '#b03030'), (0, '0.2')):
        arrow(axes, (5.3, y), (6.6, y), color)
        axes.text(6.6, y, ' loss', va='center', color=color)
    return 'JointRD: the student\'s early stages train through the teacher', (
        -1.3, 7.5), (-0.5, 1.7)


def epsilon(axes):
    """A gate closes; the block is gone."""
    for left, title, alive in ((0, 'response above ε', True),
                               (4.2, 'response within ε', False)):
        box(axes, left + 1, 0, 'block', STUDENT if alive else '0.92')
        box(axes, left + 2.3, 0, 'gate', 'white')
        for start, end in (((-0.3, 0), (0.7, 0)), ((1.3, 0), (2.05, 0))):
            arrow(axes, (left + start[0], 0), (left + end[0], 0),
                  '0.2' if alive else GREY, '-' if alive else ':')
        arrow(axes, (left + 2.6, 0), (left + 3.5, 0), '0.2' if alive else GREY,
              '-' if alive else ':')
        arrow(axes, (left - 0.2, 0.1), (left + 3.4, 0.1), bend=-0.4)
        axes.text(left + 1.6, -0.75, title, ha='center', color='0.3')
    return 'ε-ResNet: a block that answers nothing is removed', (
        -0.8, 8.2), (-1.1, 1.2)


METHODS = dict(fading=fading, no_res=no_res, joint_rd=joint_rd,
               epsilon=epsilon)


def draw(names, path, columns):
    """Draw some methods into one picture."""
    rows = -(-len(names) // columns)
    figure, axes = plt.subplots(rows, columns, squeeze=False,
                                figsize=(5.6 * columns, 1.9 * rows),
                                layout='constrained')
    for place, name in zip(axes.flat, names):
        title, place_x, place_y = METHODS[name](place)
        place.set(xlim=place_x, ylim=place_y)
        place.set_title(title, fontsize=10)
        place.axis('off')
    figure.savefig(path, metadata=dict(Date=None))
    plt.close(figure)


if __name__ == '__main__':
    draw(list(METHODS), FOLDER / 'methods.svg', 2)
    for name in METHODS:
        draw([name], FOLDER / f'{name}.svg', 1)
