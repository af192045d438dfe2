"""Runs one of the project's tools wherever the package is installed.

    python -m rd_plugins train CONFIG

does what ``python tools/train.py CONFIG`` does in a checkout. Without a tool
it says which there are, and where the configs lie.
"""
import runpy
import sys

from rd_plugins.engine.launch import exit_on_usage_error
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.package import files_folder


def main() -> None:
    """Run the tool that the command line names."""
    folder = files_folder()
    tools = {path.stem: path for path in (folder / 'tools').rglob('*.py')}
    if sys.argv[1:2] in ([], ['-h'], ['--help']):
        print('usage: python -m rd_plugins TOOL [arguments]\n\n'
              f'tools: {", ".join(sorted(tools))}\n'
              f'configs: {folder / "configs"}, to inherit from as '
              "'rd_plugins::FOLDER/NAME.py'")
        return
    name = sys.argv[1]
    if name not in tools:
        raise UsageError(f'There is no tool {name}; choose one of '
                         f'{", ".join(sorted(tools))}.')
    sys.argv = [str(tools[name]), *sys.argv[2:]]
    runpy.run_path(sys.argv[0], run_name='__main__')


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
