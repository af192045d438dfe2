"""Runs one of the project's tools wherever the package is installed.

    python -m rd_plugins train CONFIG

does what ``python tools/train.py CONFIG`` does in a checkout. Without a tool
it says which there are, and where the configs lie.
"""
import runpy
import sys
from pathlib import Path
from typing import Dict

from rd_plugins.engine.refusals import exit_on_usage_error
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.package import files_folder


def print_help(tools: Dict[str, Path]) -> None:
    """Print the tools, and where the configs lie."""
    print('usage: python -m rd_plugins TOOL [arguments]\n\n'
          f'tools: {", ".join(sorted(tools))}\n'
          f'configs: {files_folder() / "configs"}, to inherit from as '
          "'rd_plugins::FOLDER/NAME.py'")


def check_tool(name: str, tools: Dict[str, Path]) -> None:
    """Check that there is such a tool.

    Raises:
        UsageError: If there is none.
    """
    if name not in tools:
        raise UsageError(f'There is no tool {name}; choose one of '
                         f'{", ".join(sorted(tools))}.')


def main() -> None:
    """Run the tool that the command line names.

    Tools exit on their own errors, for which they need the whole command
    line; ``exit_on_usage_error`` takes ``--debug`` out of it.
    """
    tools = {path.stem: path
             for path in (files_folder() / 'tools').rglob('*.py')}
    arguments = sys.argv[1:]
    with exit_on_usage_error():
        name, *_ = sys.argv[1:] or ['--help']
        if name in ('-h', '--help'):
            print_help(tools)
            return
        check_tool(name, tools)
    arguments.remove(name)
    sys.argv = [str(tools[name]), *arguments]
    runpy.run_path(sys.argv[0], run_name='__main__')


if __name__ == '__main__':
    main()
