"""Goes through the steps, and on where an earlier run stopped."""
import json
import shlex
import time
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import List, Optional

import torch
from mmengine.registry import init_default_scope
from mmpretrain.registry import MODELS

from rd_plugins.shipping.export.backends import BACKENDS
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.measure import forward_pass, median_times
from rd_plugins.utils.quiet import quiet
from .configs import Recipe
from .data import read_data
from .page import write_page
from .progress import as_time, run_step
from .source import read_source
from .steps import TARGETS, Step, plan

PLAN, TIMES = 'plan.json', 'times.json'


@dataclass
class Order:
    """What the user asks for; see ``tools/plainify.py``.

    Args:
        checkpoint (str): A ResNet of torchvision, timm or MMPretrain.
        data (str): Folder of ``{train,val}/CLASS`` with images.
        out (str): The folder to write.
        arch (str, optional): Which ResNet it shall be.
        budget_epochs (int): Epochs of the student.
        size (int): Height and width of the network's input.
        target (str): Where the network is to run.
        deploy_options (str): Further options of ``deploy.py``.
    """
    checkpoint: str
    data: str
    out: str
    arch: Optional[str] = None
    budget_epochs: int = 30
    size: int = 224
    target: str = 'cpu'
    deploy_options: str = ''


def check_target(target: str) -> None:
    """Check that a target's backend is there.

    Raises:
        UsageError: If not.
    """
    name = TARGETS[target][1]
    if name not in BACKENDS:
        raise UsageError(f'--target {target} needs the backend {name}, which '
                         'this version of rd_plugins does not have; choose '
                         'another target.')
    missing = [package for package in BACKENDS[name].packages
               if find_spec(package) is None]
    if missing:
        raise UsageError(f'--target {target} needs {", ".join(missing)}; see '
                         'docs/deployment.md for the environment.')
    if target == 'gpu' and not torch.cuda.is_available():
        raise UsageError('--target gpu needs a GPU and none is there.')


def read_order(order: Order) -> Recipe:
    """Check an order and find out what it means.

    Raises:
        UsageError: If it cannot be carried out.
    """
    check_target(order.target)
    if order.budget_epochs < 2:
        raise UsageError(f'--budget-epochs {order.budget_epochs} is too few; '
                         'shortcuts fade in the first half of two or more.')
    if order.size < 32:
        raise UsageError(f'--size {order.size} is too small for a network '
                         'that subsamples by 32; take 32 or more.')
    source, data = read_source(order.checkpoint), read_data(order.data)
    if order.arch not in (None, source.arch):
        raise UsageError(f'{order.checkpoint} holds a {source.arch}, not a '
                         f'{order.arch}; leave --arch out.')
    given = order.checkpoint if source.is_mmpretrain else \
        f'{order.out}/weights.pth'
    return Recipe(order.out, given, source, data, order.size,
                  order.budget_epochs)


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
    for number, step in enumerate(steps, 1):
        state = 'done' if _is_done(step) else 'about ' + as_time(
            max(5, step.passes * one))
        print(f'{number:2d}. {step.title:45s}{step.tool:38s}{state}')
    total = sum(max(5, step.passes * one) for step in steps)
    print(f'In all about {as_time(total)} here, reckoned from a forward pass '
          f'of {1e3 * one:.1f} ms an image.')


def _is_done(step: Step) -> bool:
    try:
        return step.is_done()
    except (FileNotFoundError, UsageError):
        return False  # its config is not written yet


def _same_plan(order: Order) -> None:
    """Write down the order, or check that it is that of the folder."""
    path = Path(order.out, PLAN)
    asked = asdict(order)
    if not path.exists():
        path.write_text(json.dumps(asked, indent=2))
    before = json.loads(path.read_text())
    other = [key for key in asked if asked[key] != before.get(key)]
    if other:
        raise UsageError(
            f'{order.out} was begun with {other[0]}={before.get(other[0])}, '
            f'not {asked[other[0]]}; go on with that, or name another --out.')


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
                 shlex.split(order.deploy_options))
    if dry_run:
        print_plan(recipe, steps)
        return None
    out = Path(order.out)
    for folder in (out, out / 'logs', out / 'results'):
        folder.mkdir(parents=True, exist_ok=True)
    _same_plan(order)
    recipe.write()
    times_file = out / TIMES
    times = json.loads(times_file.read_text()) if times_file.exists() else {}
    begun = time.monotonic()
    for number, step in enumerate(steps, 1):
        label = f'{number}/{len(steps)} {step.title}'
        if step.is_done():
            print(f'{label}: done before')
            continue
        log = out / 'logs' / f'{number:02d}_{Path(step.tool).stem}.log'
        seconds = run_step(step, log, label)
        times[step.title] = times.get(step.title, 0) + seconds
        times_file.write_text(json.dumps(times, indent=2))
        print(f'{label}: {as_time(seconds)}', flush=True)
    print(f'In all {as_time(time.monotonic() - begun)}.')
    return write_page(recipe, order, times)
