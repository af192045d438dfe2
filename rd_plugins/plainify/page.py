"""The page that tells what became of a network."""
import json
from pathlib import Path
from typing import Dict, List, Optional

from .configs import Recipe
from .progress import as_time

NAMES = ('teacher', 'plain')
PAGE = '''# {arch}, made plain

{words}

{table}

{picture}
## Where everything is

| file | what |
|---|---|
| `exported/plain/` | to ship: the network, `serving.json`, `report.json` |
| `folded/` | config and checkpoint in PyTorch, norms folded |
| `student.py`, `teacher.py`, `plain.py` | configs |
| `train/` | the training: checkpoints, curves, log |
| `logs/` | what each step has printed |

The ten lines that serve the network are in docs/deployment.md.

## How it was made

{steps}
'''


def read_benchmark(recipe: Recipe) -> dict:
    """Latency and memory, if they were measured."""
    path = Path(recipe.out, 'benchmark/benchmark.json')
    return json.loads(path.read_text()) if path.exists() else {}


def read_rows(recipe: Recipe) -> List[dict]:
    """The exported networks: report, and latency and memory if measured."""
    measured = {row['name']: row
                for row in read_benchmark(recipe).get('results', [])}
    rows = []
    for name in NAMES:
        folder = Path(recipe.out, 'exported', name)
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


def table_of(rows: List[dict]) -> str:
    """A Markdown table of the exported networks."""
    def cell(value: Optional[float], form: str) -> str:
        return '' if value is None else form.format(value)

    extra = [key for key in dict.fromkeys(
        key for row in rows for key in row['facts'])
        if key not in ('bytes', 'difference', 'weight bits')]
    heading = ['network', 'as', 'test accuracy', 'latency', 'memory',
               'file', *extra]
    lines = [heading, ['---'] * len(heading)]
    for row in rows:
        lines.append([
            row['network'], row['runs'],
            cell(row['accuracy'], '{:.2f} %'),
            cell(row['latency'], '{:.2f} ms'),
            cell(row['memory'], '{:.2f} MiB'),
            cell(row['facts'].get('bytes', 0) / 1024, '{:.0f} KiB'),
            *(str(row['facts'].get(key, '')) for key in extra)])
    return '\n'.join('| ' + ' | '.join(line) + ' |' for line in lines)


def words_of(rows: List[dict], recipe: Recipe) -> str:
    """The result in words."""
    teacher, plain = (next(row for row in rows if row['network'] == name)
                      for name in NAMES)
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
    return '\n'.join(text)


def write_page(recipe: Recipe, order, times: Dict[str, float]) -> Path:
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
        table=table_of(rows),
        picture='![Accuracy, latency and memory](benchmark/benchmark.png)\n'
        if picture.exists() else '',
        steps='\n'.join([
            f'`tools/plainify.py {order.checkpoint} --data {order.data} '
            f'--budget-epochs {order.budget_epochs} --size {order.size} '
            f'--target {order.target} --out {order.out}`', '', *steps])))
    return page
