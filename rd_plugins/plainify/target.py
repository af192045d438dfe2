"""Where a network is to run, and the options that export it for that."""
import argparse
import shlex
from importlib.util import find_spec
from typing import List, NoReturn, Sequence

import torch
from mmengine.config import Config

from rd_plugins.shipping.export.arguments import (add_export_arguments,
                                                  take_backend_options)
from rd_plugins.shipping.export.backend import Request
from rd_plugins.shipping.export.backends import BACKENDS
from rd_plugins.shipping.export.backends.ethos_u import SRAM
from rd_plugins.shipping.export.calibration import CALIB_IMAGES, Calibration
from rd_plugins.utils.errors import UsageError

TARGETS = dict(
    cpu=['--backend', 'onnxruntime'],
    gpu=['--backend', 'tensorrt', '--fp16'],
    **{'ethos-u': ['--backend', 'ethos-u', '--accelerator', 'ethos-u55-128']})


class _Parser(argparse.ArgumentParser):
    """A parser that raises where argparse would end the program."""

    def error(self, message: str) -> NoReturn:
        """Raise a ``ValueError`` with the message."""
        raise ValueError(message.rstrip('.'))


def _unreadable(reason: ValueError) -> UsageError:
    return UsageError(f'--deploy-options cannot be used: {reason}; see python '
                      'tools/deploy.py --help.')


def split_options(text: str) -> List[str]:
    """Split options as a shell does.

    Raises:
        UsageError: If a quotation mark is missing.
    """
    try:
        return shlex.split(text)
    except ValueError as error:
        raise _unreadable(error) from None


def export_options(target: str, data: str,
                   further: Sequence[str]) -> List[str]:
    """All options of ``deploy.py`` for a target, those of the user last.

    Args:
        target (str): One of :data:`TARGETS`.
        data (str): Folder of the images.
        further (Sequence[str]): Options of the user.
    """
    calibration = [] if target == 'gpu' else [CALIB_IMAGES.flag,
                                              f'{data}/train']
    return [*TARGETS[target], *calibration, *further]


def without_budget(options: Sequence[str]) -> List[str]:
    """Options of ``deploy.py`` without a budget of memory."""
    parser = _Parser(add_help=False, allow_abbrev=False)
    parser.add_argument(SRAM.flag)
    return parser.parse_known_args(options)[1]


def check_target(target: str) -> None:
    """Check that a target's backend is there.

    Raises:
        UsageError: If not.
    """
    name = TARGETS[target][1]
    missing = [package for package in BACKENDS[name].packages
               if find_spec(package) is None]
    if missing:
        page = 'microcontrollers' if target == 'ethos-u' else 'deployment'
        raise UsageError(f'--target {target} needs {", ".join(missing)}; see '
                         f'docs/{page}.md for the environment.')
    if target == 'gpu' and not torch.cuda.is_available():
        raise UsageError('--target gpu needs a GPU and none is there.')


def _deploy_parser() -> _Parser:
    """The options of ``deploy.py`` that may be given to an export here."""
    parser = _Parser(add_help=False, allow_abbrev=False)
    add_export_arguments(parser)
    return parser


def check_export(options: Sequence[str]) -> None:
    """Check options of ``deploy.py`` before the training, not after it.

    Raises:
        UsageError: If there is no such option, or the backend refuses it.
    """
    try:
        args = _deploy_parser().parse_args(options)
    except ValueError as error:
        raise _unreadable(error) from None
    own = take_backend_options(args)
    BACKENDS[args.backend](Request(
        '', '', args.backend, test=True, options=own)).check()
    calibration = Calibration.from_options(own)
    if calibration:
        calibration.check(Config())
