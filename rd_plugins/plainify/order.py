"""What the user asks for, and the folder that belongs to it."""
import json
import shlex
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import List, Optional

from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.json_file import read_json
from rd_plugins.utils.lock import FILE
from rd_plugins.utils.whole_file import write_bytes
from .configs import Recipe
from .data import read_data
from .source import read_source
from .target import check_export, check_target, export_options, split_options

PLAN, EXPORTED = 'plan.json', 'exported'
FOLDERS = ('logs', 'results')


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

    @property
    def further_options(self) -> List[str]:
        """The options of ``deploy.py``, one by one."""
        return split_options(self.deploy_options)

    @property
    def command(self) -> str:
        """The command line that gives this very order."""
        _, *options = fields(self)
        flags = [f'--{field.name.replace("_", "-")}='
                 f'{getattr(self, field.name)}' for field in options
                 if getattr(self, field.name) != field.default]
        return shlex.join(
            ['python', 'tools/plainify.py', self.checkpoint, *flags])


def read_order(order: Order) -> Recipe:
    """Check an order and find out what it means.

    Raises:
        UsageError: If it cannot be carried out.
    """
    _check_folder(Path(order.out))
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
    check_export(
        export_options(order.target, data.root, order.further_options))
    given = order.checkpoint if source.is_mmpretrain else \
        f'{order.out}/weights.pth'
    return Recipe(order.out, given, source, data, order.size,
                  order.budget_epochs)


def _check_folder(out: Path) -> None:
    """Configs and a page of another project must not be taken for ours."""
    ours = {PLAN, FILE, *FOLDERS}
    others = [path.name for path in out.iterdir() if path.name not in ours
              ] if out.is_dir() else []
    if others and not (out / PLAN).exists():
        raise UsageError(
            f'{out} is there already, with {sorted(others)[0]} in it, and was '
            f'not begun by this tool: it has no {PLAN}. Name another --out.')


def record(order: Order) -> None:
    """Write down the order, or check that it is that of the folder.

    The options of the export may change until something is exported.

    Raises:
        UsageError: If the folder was begun with another order.
    """
    path, asked = Path(order.out, PLAN), asdict(order)
    before = read_json(path)
    changed = [key for key in asked
               if before and asked[key] != before.get(key)]
    advice = 'name another --out'
    if changed == ['deploy_options']:
        exported = Path(order.out, EXPORTED)
        changed = changed * any(exported.glob('[!.]*'))
        advice = f'remove {exported} to export anew'
    if changed:
        raise UsageError(
            f'{order.out} was begun with {changed[0]}='
            f'{before.get(changed[0])}, not {asked[changed[0]]}; go on with '
            f'that, or {advice}.')
    if before != asked:
        write_bytes(json.dumps(asked, indent=2).encode(), str(path))
