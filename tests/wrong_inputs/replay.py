"""Replay wrong inputs and count what becomes of them.

    python -m tests.wrong_inputs.replay [--only WORDS] [--out FILE.tsv]

Every case is a call of a tool, in this process. Its outcome is a *sentence*
(one line, an exit status that is not 0), a *traceback*, or *silent* (the tool
ran to its end). It *left* something where a folder or file is there that was
not before.
"""
import argparse
import tempfile
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from mmengine.registry import init_default_scope

from tests.helpers.tools import tool
from .case import Case
from .files import TABLE, make_files
from .tool_cases import CASES as TOOL_CASES
from .train_cases import CASES as TRAIN_CASES

CASES = [*TRAIN_CASES, *TOOL_CASES]


@dataclass
class Outcome:
    """What became of a case.

    Args:
        kind (str): ``'sentence'``, ``'traceback'`` or ``'silent'``.
        last_line (str): What the user reads last.
        left (bool): Whether something was left behind.
    """
    kind: str
    last_line: str
    left: bool


def replay(case: Case, data: Path) -> Outcome:
    """Call the tool of a case.

    Args:
        case (Case): The case.
        data (Path): A folder that :func:`make_files` has filled.
    """
    with tempfile.TemporaryDirectory(prefix='rd') as folder:
        out, config = Path(folder) / 'out', data / f'{case.base}.py'
        words = dict(data=str(data), out=str(out), table=str(TABLE))

        def filled(text: str) -> str:
            for word, value in words.items():
                text = text.replace(f'{{{word}}}', value)
            return text

        if case.code:
            changed = Path(folder) / 'wrong.py'
            changed.write_text(f'_base_ = {str(config)!r}\n'
                               f'{filled(case.code)}\n')
            config = changed
        words['cfg'] = str(config)
        before = set(Path(folder).iterdir())
        kind, last = _call(case.tool, [filled(a) for a in case.arguments],
                           folder)
        return Outcome(kind, last, set(Path(folder).iterdir()) != before)


def _call(name: str, arguments: list, folder: str):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            done = tool(name, *arguments, cwd=folder)
    except Exception as error:
        return 'traceback', f'{type(error).__name__}: {error}'.split('\n')[0]
    last = (done.stderr.strip().split('\n') or [''])[-1]
    if done.returncode == 0:
        return 'silent', last
    return ('sentence' if 'error: ' in last else 'traceback'), last


def main(argv: Optional[list] = None) -> None:
    """Replay the cases and print the counts."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--only', default='', help='cases with these words')
    parser.add_argument('--out', type=Path, help='write a table')
    args = parser.parse_args(argv)
    init_default_scope('mmpretrain')
    counts, rows = Counter(), []
    with tempfile.TemporaryDirectory(prefix='rddata') as folder:
        make_files(Path(folder))
        for case in CASES:
            if args.only not in str(case):
                continue
            outcome = replay(case, Path(folder))
            counts[outcome.kind] += 1
            counts['left'] += outcome.left
            rows.append(f'{case.where}\t{case.what}\t{outcome.kind}\t'
                        f'{"left" if outcome.left else ""}\t'
                        f'{outcome.last_line.replace(folder, "DATA")}\n')
            if args.out:
                args.out.write_text(''.join(rows))
            if outcome.kind != 'sentence' or outcome.left:
                print(rows[-1], end='', flush=True)
    print(f'{len(rows)} wrong inputs: {counts["sentence"]} sentences, '
          f'{counts["traceback"]} tracebacks, {counts["silent"]} silent; '
          f'{counts["left"]} left something behind')


if __name__ == '__main__':
    main()
