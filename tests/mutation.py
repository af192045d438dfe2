"""Mutate the numerical core and count the mutants that the tests kill.

    python -m tests.mutation [--only WORD] [--every N]

A mutant has one operator, comparison, number or function changed. It lives in
the memory of a process of its own, forked from one that has imported PyTorch;
no file is changed. One that no test notices survives and is printed.
"""
import argparse
import ast
import copy
import importlib.util
import os
import resource
import sys
import time
from importlib.machinery import SourceFileLoader
from math import ceil
from pathlib import Path
from typing import Iterator, List, Optional, Tuple

ROOT = Path(__file__).resolve().parents[1]
# What is mutated, and the tests that shall notice: files, and properties.
CORE = {
    'models/utils/schedules.py': (
        ['tests/models/utils/test_schedules.py'],
        ['a_decay_falls_from_start_to_end']),
    'engine/hooks/phase.py': (
        ['tests/engine/hooks/test_phase.py'], ['rates_of_a_phase']),
    'models/layers/gate_states.py': (
        ['tests/models/layers/test_strict_identity.py'],
        ['a_gate_passes_all_or_nothing', 'the_gate_is_the_papers_four_relus',
         'counts_and_averages_of_a_gate']),
    'models/layers/strict_identity.py': (
        ['tests/models/layers/test_strict_identity.py'],
        ['a_gate_passes_all_or_nothing', 'the_gate_is_the_papers_four_relus',
         'counts_and_averages_of_a_gate']),
    'models/backbones/fade.py': (
        ['tests/models/backbones/test_fading_blocks.py'],
        ['a_fade_ends_plain_and_block_by_block',
         'windows_of_blocks_fill_the_fade']),
    'engine/schedulers/restart_multi_step_lr.py': (
        ['tests/engine/schedulers'],
        ['restarts_come_when_more_blocks_close']),
    'models/layers/fading_shortcut.py': (
        ['tests/models/layers/test_fading_shortcut.py',
         'tests/models/backbones/test_fading_blocks.py'], []),
    'models/objectives/hybrid_loss.py': (
        ['tests/models/objectives/test_hybrid_loss.py',
         'tests/models/distillers/test_joint_rd.py'], []),
}
OPERATORS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.Pow: ast.Mult, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot,
    ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or,
    ast.Or: ast.And, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd
}
FUNCTIONS = dict(min='max', max='min', any='all', all='any',
                 maximum='minimum', zeros='ones')


def _changed(node: ast.AST) -> Optional[ast.AST]:
    """A node with one thing changed; None if there is nothing to change."""
    new = copy.deepcopy(node)
    if isinstance(node, (ast.BinOp, ast.AugAssign, ast.BoolOp)):
        swap = OPERATORS.get(type(node.op))
        new.op = swap and swap()
        return new if swap else None
    if isinstance(node, ast.Compare):
        swap = OPERATORS.get(type(node.ops[0]))
        new.ops[0] = swap and swap()
        return new if swap else None
    if isinstance(node, ast.UnaryOp):
        return node.operand  # without not, - or ~
    if isinstance(node, ast.Constant) and isinstance(
            node.value, (bool, int, float)):
        value = node.value
        new.value = not value if isinstance(value, bool) else value + 1
        return new
    if isinstance(node, ast.Name) and node.id in FUNCTIONS:
        new.id = FUNCTIONS[node.id]
        return new
    if isinstance(node, ast.Attribute) and node.attr in FUNCTIONS:
        new.attr = FUNCTIONS[node.attr]
        return new
    return None


def _sites(tree: ast.AST) -> Iterator[Tuple[ast.AST, str, Optional[int]]]:
    """Where a node may be replaced: its parent, and its place there.

    Messages of errors and annotations are left out.
    """
    for field, value in ast.iter_fields(tree):
        if field in ('annotation', 'returns', 'decorator_list'):
            continue
        children = value if isinstance(value, list) else [value]
        for index, child in enumerate(children):
            if not isinstance(child, ast.AST) or isinstance(child, ast.Raise):
                continue
            if _changed(child) is not None:
                yield tree, field, index if isinstance(value, list) else None
            yield from _sites(child)


def mutants(source: str) -> Iterator[Tuple[int, str, str]]:
    """The line, the change and the source of every mutant."""
    count = len(list(_sites(ast.parse(source))))
    for number in range(count):
        tree = ast.parse(source)
        parent, field, index = list(_sites(tree))[number]
        place = getattr(parent, field)
        old = place if index is None else place[index]
        new = _changed(old)
        if index is None:
            setattr(parent, field, new)
        else:
            place[index] = new
        change = f'{ast.unparse(old)} -> {ast.unparse(new)}'
        yield old.lineno, change, ast.unparse(ast.fix_missing_locations(tree))


class _Mutated(SourceFileLoader):
    """Loads a module from a changed source."""
    source = ''

    def get_code(self, fullname: str):
        return compile(self.source, self.path, 'exec')


def _install(module: str, path: Path, source: str) -> None:

    class Finder:

        @staticmethod
        def find_spec(name, *_):
            if name != module:
                return None
            loader = _Mutated(name, str(path))
            loader.source = source
            return importlib.util.spec_from_file_location(
                name, str(path), loader=loader)

    sys.meta_path.insert(0, Finder)


def survives(path: Path, source: str, tests: List[str],
             limit: int = resource.RLIM_INFINITY) -> Tuple[bool, float]:
    """Whether the tests pass with a changed source, in a forked process.

    Returns:
        tuple[bool, float]: That, and the seconds of the processor that it
        took. After ``limit`` of them the mutant is killed: it does not end.
    """
    child = os.fork()
    if child:
        _, status, usage = os.wait4(child, 0)
        return status == 0, usage.ru_utime + usage.ru_stime
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        module = '.'.join(path.relative_to(ROOT).with_suffix('').parts)
        _install(module, path, source)
        import pytest
        code = pytest.main(['-x', '-q', '-p', 'no:cacheprovider', '-p',
                            'no:xdist', '-p', 'no:cov', *tests])
        os._exit(int(code != 0))
    except BaseException:
        os._exit(1)


def main(argv: Optional[List[str]] = None) -> None:
    """Count killed and surviving mutants."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--only', default='', help='files with this word')
    parser.add_argument('--every', type=int, default=1,
                        help='only each n-th mutant')
    args = parser.parse_args(argv)
    os.chdir(ROOT)
    import hypothesis  # noqa: F401
    import mmpretrain.models  # noqa: F401  what every child needs
    import pytest  # noqa: F401
    totals = [0, 0]
    for name, (files, properties) in CORE.items():
        if args.only not in name:
            continue
        tests = [*files, *(f'tests/test_properties.py::test_{each}'
                           for each in properties)]
        path, start, killed, count = ROOT / 'rd_plugins' / name, \
            time.time(), 0, 0
        source = path.read_text()
        passed, seconds = survives(path, source, tests)
        if not passed:
            sys.exit(f'error: {tests} fail without a mutation.')
        limit = ceil(5 * seconds)
        for number, (line, change, text) in enumerate(mutants(source)):
            if number % args.every:
                continue
            count += 1
            if survives(path, text, tests, limit)[0]:
                print(f'  {name}:{line} survives: {change}', flush=True)
            else:
                killed += 1
        totals[0] += killed
        totals[1] += count
        print(f'{name}: {killed} of {count} mutants killed '
              f'({time.time() - start:.0f} s)', flush=True)
    print(f'{totals[0]} of {totals[1]}: '
          f'{100 * totals[0] / max(1, totals[1]):.1f} %')


if __name__ == '__main__':
    main()
