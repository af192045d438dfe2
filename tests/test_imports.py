"""Imports run one way, as docs/architecture.md says."""
import ast
from pathlib import Path

import pytest

from tests.helpers import ROOT

PACKAGE = ROOT / 'rd_plugins'
# From the ground up; a room imports from its own floor and from those below.
FLOORS = (('utils', 'registry', 'version'),
          ('datasets', 'models/layers'), ('models/utils', ),
          ('models/backbones', ), ('models/stages', ),
          ('models/objectives', ), ('models/distillers', ), ('models', ),
          ('engine', ), ('shipping', ), ('benchmark', 'tables'),
          ('plainify', ))
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS)
            for room in rooms}


def imports(path):
    """Modules of the package that a file imports, as dotted names."""
    here = path.relative_to(ROOT).with_suffix('').parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            start = '.'.join(here[:len(here) - node.level]) if node.level \
                else ''
            name = '.'.join(filter(None, (start, node.module)))
            if name.split('.')[0] == 'rd_plugins':
                yield name


def room_of(path):
    """The innermost room of a path in the package; None at its top."""
    return next((str(room) for room in (path, *path.parents)
                 if str(room) in FLOOR_OF), None)


FILES = {path: room_of(path.relative_to(PACKAGE).with_suffix(''))
         for path in sorted(PACKAGE.rglob('*.py'))}


@pytest.mark.parametrize('room', FLOOR_OF)
def test_a_room_imports_nothing_from_above(room):
    paths = [path for path, its_room in FILES.items() if its_room == room]
    assert paths
    for path in paths:
        for name in imports(path):
            other = 'version' if name == 'rd_plugins' else room_of(
                Path(*name.split('.')[1:]))
            assert other, f'{path.relative_to(ROOT)} imports {name}'
            assert other == room or FLOOR_OF[other] < FLOOR_OF[room], (
                f'{path.relative_to(ROOT)} imports {name}')


def test_no_chain_of_backbones_is_longer_than_three_files():
    folder = PACKAGE / 'models' / 'backbones'
    prefix = 'rd_plugins.models.backbones.'
    graph = {
        path.stem: {name.removeprefix(prefix) for name in imports(path)
                    if name.startswith(prefix)}
        for path in folder.glob('*.py') if path.stem != '__init__'
    }

    def length(name):
        return 1 + max(map(length, graph[name]), default=0)

    assert max(map(length, graph)) == 3
