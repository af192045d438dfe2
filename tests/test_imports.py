"""Imports run one way, as docs/architecture.md says."""
import ast

import pytest

from tests.helpers import ROOT

PACKAGE = ROOT / 'rd_plugins'
# From the ground up; a room imports from its own floor and from those below.
FLOORS = (('utils', 'registry', 'version'), ('models', 'datasets'),
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


def files(room):
    folder = PACKAGE / room
    return sorted(folder.rglob('*.py')) or [PACKAGE / f'{room}.py']


@pytest.mark.parametrize('room', FLOOR_OF)
def test_a_room_imports_nothing_from_above(room):
    for path in files(room):
        for name in imports(path):
            other = name.split('.')[1] if '.' in name else 'version'
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
