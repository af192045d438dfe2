"""The base class of the backends to which a classifier can be exported."""
from dataclasses import dataclass, field
from importlib import util
from pathlib import Path
from typing import (Any, ClassVar, Dict, List, NamedTuple, Optional, Sequence,
                    Tuple)

from torch import nn

from rd_plugins.shipping.read import TrainedModel
from rd_plugins.utils.errors import UsageError

TOLERANCE = 1e-4
FP16_TOLERANCE = 1e-2  # float16 rounds to 5e-4 of a number


class Option(NamedTuple):
    """An option of ``tools/deploy.py`` that belongs to some backends.

    Args:
        flag (str): As it is typed, such as ``'--int8'``.
        settings (dict): Keywords of ``ArgumentParser.add_argument``.
    """
    flag: str
    settings: dict

    @property
    def name(self) -> str:
        """Its key in :attr:`Request.options`."""
        return self.flag.lstrip('-').replace('-', '_')


DYNAMIC = Option('--dynamic', dict(
    action='store_true', help='take batches of any size'))
FP16 = Option('--fp16', dict(
    action='store_true', help='store weights, or compute, in float16'))


@dataclass
class Request:
    """The arguments of ``tools/deploy.py``.

    Args:
        config (str): Path of a config.
        checkpoint (str): Path or address of its checkpoint.
        backend (str): Name of a backend.
        out (str, optional): The folder to write. Defaults to None:
            ``work_dirs/NAME_BACKEND``.
        shape (Sequence[int], optional): Height and width of the images.
        test (bool): Measure the accuracy of PyTorch and of the backend.
        tolerance (float, optional): The largest allowed relative difference
            of log-probabilities. Defaults to None: the backend's own.
        force (bool): Replace a folder that exists.
        verbose (bool): Show what converters log.
        cfg_options (dict, optional): Changes to the config.
        options (dict): Values of the backends' own options by name; None or
            False where an option was not given.
    """
    config: str
    checkpoint: str
    backend: str
    out: Optional[str] = None
    shape: Optional[Sequence[int]] = None
    test: bool = False
    tolerance: Optional[float] = None
    force: bool = False
    verbose: bool = False
    cfg_options: Optional[dict] = None
    options: Dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.name = Path(self.config).stem
        self.folder = self.out or f'work_dirs/{self.name}_{self.backend}'


@dataclass
class Exported:
    """A network that a backend runs.

    Args:
        name (str): Its name in the report, such as ``'onnxruntime int8'``.
        files (list[Path]): Its files.
        runtime (nn.Module, optional): What runs them, as a classifier.
            Defaults to None: nothing on this machine can.
        is_exact (bool): Whether its outputs must be PyTorch's, within the
            tolerance. Defaults to True.
        facts (dict): What the report shall also say. Defaults to {}.
    """
    name: str
    files: List[Path]
    runtime: Optional[nn.Module] = None
    is_exact: bool = True
    facts: Dict[str, Any] = field(default_factory=dict)


class Backend:
    """Exports a model and builds runtimes of the exported files.

    A new backend is a subclass in a module of ``backends`` that is listed
    there. It needs no more than the attributes and :meth:`export`.

    Args:
        request (Request): What the user asks for.

    Attributes:
        name (str): Its name on the command line.
        packages (tuple[str]): The modules that it needs.
        options (tuple[Option]): The options that it understands. Backends may
            share one; it is on the command line once.
        calibration (Calibration, optional): The images that it quantises with.
    """
    name: ClassVar[str]
    packages: ClassVar[Tuple[str, ...]] = ()
    options: ClassVar[Tuple[Option, ...]] = ()
    calibration: Optional[Any] = None

    def __init__(self, request: Request) -> None:
        self.request = request

    def given(self, option: Option) -> Any:
        """The value of an option; None or False if it was not given."""
        return self.request.options.get(option.name)

    @property
    def is_dynamic(self) -> bool:
        """Whether batches of any size are taken."""
        return bool(self.given(DYNAMIC))

    @property
    def is_fp16(self) -> bool:
        """Whether weights are stored, or results computed, in float16."""
        return bool(self.given(FP16))

    @property
    def tolerance(self) -> float:
        """The largest allowed relative difference of log-probabilities."""
        if self.request.tolerance is not None:
            return self.request.tolerance
        return FP16_TOLERANCE if self.is_fp16 else TOLERANCE

    def needed_packages(self) -> Tuple[str, ...]:
        """The modules that this request needs."""
        return self.packages

    def check(self) -> None:
        """Check that the backend can run here and has the given options.

        Raises:
            UsageError: If a package is missing or an option is another
                backend's.
        """
        own = {option.name: option.flag for option in self.options}
        for name, value in self.request.options.items():
            if value is not None and value is not False and name not in own:
                raise UsageError(
                    f'--backend {self.name} has no --{name.replace("_", "-")};'
                    f' its own options are {", ".join(own.values()) or "none"}'
                    '.')
        missing = [name for name in dict.fromkeys(self.needed_packages())
                   if util.find_spec(name) is None]
        if missing:
            raise UsageError(
                f'--backend {self.name} needs {", ".join(missing)}, which is '
                'not installed; see docs/deployment.md for the environment.')

    def check_source(self, source: TrainedModel) -> None:
        """Check the model and its config before anything is written.

        Raises:
            UsageError: If there are no images to calibrate with.
        """
        if self.calibration:
            self.calibration.check(source.cfg)

    def served(self, description: dict) -> dict:
        """Correct what ``serving.json`` says of inputs and outputs."""
        return description

    def export(self, source: TrainedModel, shape: Tuple[int, int, int],
               folder: Path) -> List[Exported]:
        """Write the backend's files.

        Args:
            source (TrainedModel): The model.
            shape (tuple[int]): Shape (C, H, W) of an image.
            folder (Path): An existing folder to write to.
        """
        raise NotImplementedError
