"""The page that tells what became of a network."""
import json
from pathlib import Path
from typing import Dict, List, Optional

from rd_plugins.utils.json_file import read_json
from rd_plugins.utils.markdown import table
from .configs import Recipe
from .order import Order
from .progress import as_time

NAMES = ('teacher', 'plain', 'plain_rotated')
# What a report may say of a network: heading, unit and form
FACTS = dict(
    bytes=('file', 1024, '{:.0f} KiB'),
    arena=('arena', 1024, '{:.0f} KiB'),
    sram=('SRAM', 1024, '{:.0f} KiB'),
    flash=('flash', 1024, '{:.0f} KiB'),
    estimated_ms=('estimated time', 1, '{:.2f} ms'))
PAGE = '''# {arch}, made plain

{words}

{table}
{picture}
## Where everything is

| file | what |
|---|---|
| `exported/plain/` | to ship: the network, `serving.json`, `report.json` |
{rotated}| `folded/` | config and checkpoint in PyTorch, norms folded |
| `student.py`, `teacher.py`, `plain.py` | configs |
| `train/` | the training: checkpoints, curves, log |
| `logs/` | what each step has printed |

The lines that serve the network are in docs/deployment.md.

## How it was made

{steps}
'''

ROTATED = ('| `exported/plain_rotated/` | the same for images that are '
           'rotated by 180 degrees |\n')


def read_benchmark(recipe: Recipe) -> dict:
    """Latency and memory, if they were measured."""
    path = Path(recipe.out, 'benchmark/benchmark.json')
    return read_json(path)


def read_rows(recipe: Recipe) -> List[dict]:
    """The exported networks: report, and latency and memory if measured."""
    measured = {row['name']: row
                for row in read_benchmark(recipe).get('results', [])}
    rows = []
    for name in NAMES:
        folder = Path(recipe.out, 'exported', name)
        if not folder.exists():
            continue
        for row in json.loads((folder / 'report.json').read_text())[1:]:
            timed = measured.get(
                name + '_int8' * row['name'].endswith(' int8'), {})
            facts = {key: value for key, value in row.items()
                     if key not in ('name', 'accuracy/top1')}
            rows.append(dict(
                network=name, runs=row['name'],
                accuracy=row.get('accuracy/top1'),
                latency=timed.get('median_ms'),
                memory=timed.get('peak_mib'), facts=facts))
    return rows


def cell(value: Optional[float], form: str) -> str:
    """A value in its form, if there is one."""
    return '' if value is None else form.format(value)


def fact(row: dict, key: str) -> str:
    """One of :data:`FACTS`, if the report has it."""
    _, unit, form = FACTS[key]
    value = row['facts'].get(key)
    return cell(value and value / unit, form)


def table_of(rows: List[dict]) -> str:
    """A Markdown table of the exported networks."""
    facts = [key for key in FACTS if any(key in row['facts'] for row in rows)]
    is_timed = any(row['latency'] for row in rows)
    heading = ['network', 'as', 'test accuracy',
               *['latency', 'memory'] * is_timed,
               *(FACTS[key][0] for key in facts)]
    lines = []
    for row in rows:
        timed = [cell(row['latency'], '{:.2f} ms'),
                 cell(row['memory'], '{:.2f} MiB')]
        lines.append([
            row['network'], row['runs'],
            cell(row['accuracy'], '{:.2f} %'), *timed * is_timed,
            *(fact(row, key) for key in facts)])
    return table(heading, lines)


def words_of(rows: List[dict], recipe: Recipe) -> str:
    """The result in words."""
    teacher, plain = (next(row for row in rows if row['network'] == name)
                      for name in NAMES[:2])
    small = next((row for row in rows if row['network'] == 'plain'
                  and row['runs'].endswith(' int8')), None)
    text = [
        f'On the {recipe.data.tests} test images of {recipe.data.root} the '
        f'teacher is right in {teacher["accuracy"]:.2f} %, the strictly plain '
        f'network in {plain["accuracy"]:.2f} %.']
    if small:
        text.append(f'As INT8 the plain one has {small["accuracy"]:.2f} %.')
    if plain['latency'] and teacher['latency']:
        text.append(
            f'One image on one CPU thread takes {teacher["latency"]:.2f} ms '
            f'through the teacher and {plain["latency"]:.2f} ms through the '
            'plain network, both in float32'
            + (f', and {small["latency"]:.2f} ms through the plain network in '
               'INT8.' if small and small['latency'] else '.'))
        text.append(read_benchmark(recipe).get('remark', ''))
    compiled = [row for row in rows if 'estimated_ms' in row['facts']]
    if compiled:
        text.append(f'By {compiled[0]["facts"]["compiler"]}, on an '
                    f'{compiled[0]["runs"]}: ' + '; '.join(
                        f'{row["network"]} takes {fact(row, "sram")} of SRAM '
                        f'and an estimated {fact(row, "estimated_ms")}'
                        for row in compiled) + '.')
    return '\n'.join(filter(None, text))


def write_page(recipe: Recipe, order: Order, times: Dict[str, float]) -> Path:
    """Write ``README.md``.

    Args:
        recipe (Recipe): Configs and numbers.
        order (Order): What was asked for.
        times (dict[str, float]): Seconds of each step by its title.
    """
    rows = read_rows(recipe)
    picture = Path(recipe.out, 'benchmark/benchmark.png')
    steps = [f'- {title}: {as_time(seconds)}'
             for title, seconds in times.items()]
    page = Path(recipe.out, 'README.md')
    page.write_text(PAGE.format(
        arch=recipe.source.arch, words=words_of(rows, recipe),
        table=table_of(rows), rotated=ROTATED * any(
            row['network'] == 'plain_rotated' for row in rows),
        picture='![Accuracy, latency and memory](benchmark/benchmark.png)\n'
        if picture.exists() else '',
        steps='\n'.join([f'`{order.command}`', '', *steps])))
    return page
