"""Programs in processes of their own, where nothing of ours is imported.

One process imports the libraries, which takes seconds, and forks for each.
"""
import importlib
import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import List, Sequence, Tuple

from tests.helpers import ROOT


def run_fresh(libraries: Sequence[str],
              programs: Sequence[Sequence[str]]) -> List[Tuple[int, str]]:
    """Run Python programs.

    Args:
        libraries (Sequence[str]): The modules to import before.
        programs (Sequence[Sequence[str]]): The path and the arguments of
            each.

    Returns:
        list[tuple[int, str]]: Exit status and output of each.
    """
    with TemporaryDirectory(prefix='rd') as folder:
        order = Path(folder, 'order.json')
        order.write_text(json.dumps([libraries, programs]))
        subprocess.run([sys.executable, '-m', __name__, order], cwd=ROOT,
                       check=True, timeout=600)
        return [(int(Path(folder, f'{index}.status').read_text()),
                 Path(folder, f'{index}.out').read_text())
                for index in range(len(programs))]


def _start(program: List[str], out: Path) -> None:
    file = os.open(out, os.O_CREAT | os.O_WRONLY)
    os.dup2(file, 1)
    os.dup2(file, 2)
    sys.argv = program
    sys.path[0] = str(Path(program[0]).parent)
    runpy.run_path(program[0], run_name='__main__')


def _main(order: Path) -> None:
    libraries, programs = json.loads(order.read_text())
    for name in libraries:
        importlib.import_module(name)
    assert not [name for name in sys.modules if name.startswith('rd_plugins')]
    for index, program in enumerate(programs):
        child = os.fork()
        if not child:
            _start(program, order.with_name(f'{index}.out'))
            sys.exit()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        order.with_name(f'{index}.status').write_text(str(status))


if __name__ == '__main__':
    _main(Path(sys.argv[1]))
