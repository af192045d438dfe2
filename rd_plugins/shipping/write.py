"""Writing a converted model, with a check of its outputs."""
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, List, Optional, Tuple

import torch
from mmengine.config import Config
from torch import nn

from rd_plugins.utils.output_folder import new_folder
from rd_plugins.utils.shortcuts import built_shortcuts
from rd_plugins.utils.whole_file import write_checkpoint
from .read import TrainedModel, read_trained_model
from .verify import check_same_outputs

# Largest relative difference of the outputs: in float64, where a conversion is
# exact up to rounding, and with the weights rounded to float32 as stored.
EXACT = 1e-9
ROUNDED = 1e-3
OUTPUTS_STAY = ', whose outputs it has'


@dataclass
class Written:
    """The files that a conversion has written; ``str`` is a summary.

    Args:
        folder (str): The folder.
        names (list[str]): Names of the files in it.
        exact (float): Relative difference of the outputs in float64.
        rounded (float): The same with the weights stored in float32.
    """
    folder: str
    names: List[str]
    exact: float
    rounded: float

    def __str__(self) -> str:
        return (f'Relative difference of the outputs: {self.exact:.1e} in '
                f'float64, {self.rounded:.1e} as stored in float32.\n'
                f'Written to {self.folder}: {", ".join(self.names)}')


def write_model(out: str,
                name: str,
                source: TrainedModel,
                cfg: Config,
                model: nn.Module,
                shape: Tuple[int, int, int],
                note: str,
                force: bool = False,
                report: Optional[Callable[[], dict]] = None,
                relation: str = OUTPUTS_STAY) -> Written:
    """Write ``NAME.py`` and ``NAME.pth`` if the outputs are the source's.

    The outputs are compared twice, both times in float64: of ``model``, and of
    the model that is read back, strictly, from the written files.

    Args:
        out (str): The folder to write.
        name (str): Name of the two files.
        source (TrainedModel): The original model.
        cfg (Config): The new config.
        model (nn.Module): The new model, in float64.
        shape (tuple[int]): Shape (C, H, W) of the images to compare on.
        note (str): First line of the docstring of the new config.
        force (bool): Replace a folder that exists. Defaults to False.
        report (Callable, optional): Called after the outputs were compared;
            its result and the differences are written to ``report.json``.
            Defaults to None: no report.
        relation (str): What that docstring says of the new model and its
            source. Defaults to ``', whose outputs it has'``.

    Returns:
        Written: The files and the two relative differences.

    Raises:
        UsageError: If the outputs differ, or the folder exists or holds the
            source. Nothing is written then.
    """
    inputs = source.config, source.checkpoint
    with new_folder(out, force, inputs) as folder:
        images = torch.randn(
            4, *shape, generator=torch.Generator().manual_seed(0))
        exact = check_same_outputs(source.model, model, images, EXACT)
        config, checkpoint = folder / f'{name}.py', folder / f'{name}.pth'
        text = cfg.pretty_text
        config.write_text(
            _describe(note, source, f'{out}/{name}', relation) + text)
        origin = Path(source.checkpoint).name
        write_checkpoint(
            dict(
                meta=dict(source.meta, converted_from=origin, cfg=text,
                          shortcuts=built_shortcuts(model)),
                state_dict=model.float().state_dict()), str(checkpoint))
        stored = read_trained_model(str(config), str(checkpoint)).model
        rounded = check_same_outputs(source.model, stored, images, ROUNDED)
        if report:
            content = dict(
                report(), difference=dict(float64=exact, stored=rounded))
            (folder / 'report.json').write_text(json.dumps(content, indent=2))
    names = [f'{name}.py', f'{name}.pth'] + ['report.json'] * bool(report)
    return Written(out, names, exact, rounded)


def _describe(note: str, source: TrainedModel, path: str,
              relation: str) -> str:
    """The docstring of the written config."""
    return (f'"""{note}\n\n    python tools/test.py {path}.py {path}.pth\n\n'
            f'Made of {Path(source.config).name} and '
            f'{Path(source.checkpoint).name}{relation}.\n"""\n')
