"""Draws accuracy over depth, from the results of the demo's three tables.

    python docs/pictures/depth.py
"""
import json
from statistics import mean

from draw import FOLDER, plt

TABLES = {20: 'demo_20', 56: 'demo', 110: 'demo_110'}
ROWS = dict(
    teacher=('ResNet, the teacher', '0.45', '--'),
    fading=('fading shortcuts', 'C4', '-'),
    no_res=('No-Res', 'C2', '-'),
    jointrd=('JointRD', 'C3', '-'),
    ce=('cross entropy', 'C1', '-'))


def accuracies(depth, row):
    """The accuracy of every seed, in %; of several recipes the best one's."""
    path = FOLDER.parent / 'results' / f'{TABLES[depth]}.json'
    recipes = {}
    for run in json.loads(path.read_text())['runs']:
        if run['row'].startswith(row):
            recipes.setdefault(run['row'], []).append(run['accuracy'])
    return max(recipes.values(), key=mean)


def draw(path):
    """Draw the mean of each row as a line, and its seeds as dots."""
    figure, axes = plt.subplots(figsize=(6.4, 3.2), layout='constrained')
    for row, (title, color, style) in ROWS.items():
        seeds = {depth: accuracies(depth, row) for depth in TABLES}
        axes.plot(list(seeds), [mean(each) for each in seeds.values()],
                  color=color, ls=style, label=title)
        for depth, each in seeds.items():
            axes.plot([depth] * len(each), each, '.', color=color)
    axes.set(xticks=list(TABLES), ylim=(0, 100), xlabel='layers',
             ylabel='test accuracy (%)',
             title='Networks without shortcuts, by how they were trained')
    axes.grid(alpha=0.3)
    axes.legend(loc='center left', bbox_to_anchor=(1, 0.5), frameon=False)
    figure.savefig(path, metadata=dict(Date=None))
    plt.close(figure)


if __name__ == '__main__':
    draw(FOLDER / 'depth.svg')
