"""MMPretrain's tools, whose flags ours have."""
import sys
from argparse import ArgumentParser, Namespace
from importlib import util
from os import path as osp
from types import ModuleType
from typing import List, Optional

import mmpretrain

from rd_plugins.utils.errors import UsageError


def load_mmpretrain_tool(name: str) -> ModuleType:
    """Import a tool that MMPretrain ships, such as ``'train'``.

    Our tools use its argument parser, so they have the same flags.

    Raises:
        UsageError: If MMPretrain was installed without its tools.
    """
    path = osp.join(osp.dirname(mmpretrain.__file__), '.mim', 'tools',
                    f'{name}.py')
    if not osp.isfile(path):
        raise UsageError(
            f'MMPretrain was installed without its tools ({path} is missing); '
            'install a wheel: pip install "mmpretrain>=1.2.0".')
    spec = util.spec_from_file_location(f'mmpretrain_{name}', path)
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def parse_flags(tool: ModuleType,
                argv: Optional[List[str]],
                own: Optional[ArgumentParser] = None) -> Namespace:
    """Parse with the parser of MMPretrain's tool, which reads ``sys.argv``.

    Args:
        tool (ModuleType): From :func:`load_mmpretrain_tool`.
        argv (list[str], optional): The arguments; None for the command line.
        own (ArgumentParser, optional): Flags that MMPretrain's tool does not
            have; it needs ``add_help=False``. Defaults to None.
    """
    command_line = sys.argv
    own = own or ArgumentParser(add_help=False)
    flags, others = own.parse_known_args(
        command_line[1:] if argv is None else argv)
    if {'-h', '--help'} & set(others):
        own.print_help()
    sys.argv = [command_line[0], *others]
    try:
        return Namespace(**vars(tool.parse_args()), **vars(flags))
    finally:
        sys.argv = command_line
