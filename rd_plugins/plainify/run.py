"""Goes through the steps, and on where an earlier run stopped."""
import json
import time
from pathlib import Path
from typing import List, Optional

import torch
from mmengine.registry import init_default_scope
from mmpretrain.registry import MODELS

from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.json_file import read_json
from rd_plugins.utils.lock import locked
from rd_plugins.utils.measure import forward_pass, median_times
from rd_plugins.utils.quiet import quiet
from rd_plugins.utils.whole_file import write_bytes
from .configs import Recipe
from .order import FOLDERS, Order, read_order, record
from .page import write_page
from .progress import as_time, run_step
from .steps import Step, plan

TIMES = 'times.json'


def time_of_a_pass(recipe: Recipe) -> float:
    """Seconds of a forward pass of one image, as part of a batch of eight."""
    init_default_scope('mmpretrain')
    model = MODELS.build(dict(
        type='ImageClassifier',
        backbone=dict(type='ResNet', depth=recipe.source.depth,
                      deep_stem=recipe.source.deep_stem,
                      avg_down=recipe.source.avg_down)))
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    images = torch.randn(8, 3, recipe.size, recipe.size, device=device)
    model.to(device).eval()
    return median_times({'': forward_pass(model, [images])}, 3, 1)[''] / 8


def print_plan(recipe: Recipe, steps: List[Step]) -> None:
    """Print the steps and what each will take."""
    with quiet():
        one = time_of_a_pass(recipe)
    source, data = recipe.source, recipe.data
    print(f'{source.arch} of {source.classes} classes; {data.images} training '
          f'and {data.tests} test images of {len(data.classes)} classes; '
          f'{recipe.size} x {recipe.size}, batches of {recipe.batch}')
    costs = [0 if _is_done(step) else max(5, step.passes * one)
             for step in steps]
    for number, (step, cost) in enumerate(zip(steps, costs), 1):
        state = f'about {as_time(cost)}' if cost else 'done'
        print(f'{number:2d}. {step.title:45s}{step.tool:38s}{state}')
    print(f'In all about {as_time(sum(costs))} here, reckoned from a forward '
          f'pass of {1e3 * one:.1f} ms an image.')


def _is_done(step: Step) -> bool:
    try:
        return step.is_done()
    except (FileNotFoundError, UsageError):
        return False  # its config is not written yet


def plainify(order: Order, dry_run: bool = False) -> Optional[Path]:
    """Carry out an order; what is done already is not done again.

    Args:
        order (Order): The order.
        dry_run (bool): Print the steps and their cost only, and write
            nothing. Defaults to False.

    Returns:
        Path: The page that tells the result; None after a dry run.

    Raises:
        UsageError: If something cannot be used, or a step fails.
    """
    recipe = read_order(order)
    steps = plan(recipe, order.checkpoint, order.target,
                 order.further_options)
    if dry_run:
        print_plan(recipe, steps)
        return None
    out = Path(order.out)
    for folder in (out, *(out / name for name in FOLDERS)):
        folder.mkdir(parents=True, exist_ok=True)
    with locked(out):
        return _carry_out(order, recipe, steps)


def _tell(*parts: str) -> None:
    print(': '.join(filter(None, parts)), flush=True)


def _carry_out(order: Order, recipe: Recipe, steps: List[Step]) -> Path:
    out = Path(order.out)
    record(order)
    recipe.write()
    times_file = out / TIMES
    times = read_json(times_file)
    begun = time.monotonic()
    for number, step in enumerate(steps, 1):
        label = f'{number}/{len(steps)} {step.title}'
        if step.is_done():
            _tell(label, 'done before', step.result())
            continue
        log = out / 'logs' / f'{number:02d}_{Path(step.tool).stem}.log'
        seconds = run_step(step, log, label)
        times[step.title] = times.get(step.title, 0) + seconds
        write_bytes(json.dumps(times, indent=2).encode(), str(times_file))
        _tell(label, as_time(seconds), step.result())
    print(f'In all {as_time(time.monotonic() - begun)}.')
    return write_page(recipe, order, times)
