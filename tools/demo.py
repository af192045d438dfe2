"""Train a teacher and plain networks on 4,000 digits and compare them.

    python tools/demo.py

At 56 layers a plain network does not train by itself; with a teacher it does.
Makes the table configs/tables/demo.py in work_dirs/demo, as JSON, Markdown and
a picture, and exports a student to ONNX Runtime: some minutes on two CPU
cores. What is finished there is not trained again.
"""
import argparse
import json
import os
import shlex
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import List, Optional

from rd_plugins.engine.refusals import exit_on_usage_error, reason_in
from rd_plugins.tables.make import add_arguments, make_table
from rd_plugins.tables.report import Results
from rd_plugins.tables.run import Run
from rd_plugins.tables.table_file import read_table
from rd_plugins.tables.weights import kept_weights
from rd_plugins.utils.arguments import tool_parser
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.package import files_folder, tool_command

TABLE = files_folder() / 'configs/tables/demo.py'
EXPORTED = 'fading'


def export(student: Run, out: Path) -> str:
    """Export a student to ONNX Runtime; returns a sentence about it.

    Raises:
        UsageError: If that fails; the message has the tool's sentence.
    """
    missing = [module for module in ('onnx', 'onnxruntime')
               if find_spec(module) is None]
    if missing:
        return (f'Not exported: {missing[0]} is not installed, see '
                'docs/deployment.md.')
    if not student.is_trained():
        return (f'Not exported: {student.folder} has no whole checkpoint of '
                'the last epoch; run the same command to go on.')
    folder, log = out / 'onnxruntime', out / 'deploy.log'
    with log.open('w') as file:
        code = subprocess.call(
            [*tool_command('deploy.py'), student.write_test_config(),
             student.checkpoint(), '--backend', 'onnxruntime', '--test',
             '--out', str(folder), '--force'],
            stdout=file, stderr=subprocess.STDOUT)
    if code:
        raise UsageError(
            f'deploy.py failed{reason_in(log)}; its log is {log}.')
    pytorch, onnx = json.loads((folder / 'report.json').read_text())
    return (f'{student.row.title}, exported to {folder}: '
            f'{onnx["accuracy/top1"]:.2f} % by ONNX Runtime, '
            f'{pytorch["accuracy/top1"]:.2f} % by PyTorch.')


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Read the command line."""
    parser = tool_parser(__doc__)
    add_arguments(parser, out='work_dirs/demo')
    # As small as these networks are, a core each is the fastest.
    parser.set_defaults(work_dir='work_dirs', jobs=os.cpu_count())
    return parser.parse_args(argv)


def main(argv: Optional[List[str]] = None) -> None:
    """Run the demo."""
    args = parse_args(argv)
    start, out = time.time(), Path(args.out)
    table = read_table(str(TABLE))
    typed = sys.argv[1:] if argv is None else argv
    table.command = shlex.join(['python', 'tools/demo.py', *map(str, typed)])
    make_table(table, args)
    page = out / 'demo.md'
    if page.exists():  # not if the budget has ended before the first result
        print(f'\n{page.read_text()}\nPicture: {out}/demo.png')
    student = Run(table, table.rows[EXPORTED], table.seeds[0],
                  Path(args.work_dir), args.cfg_options, weights={},
                  kept=kept_weights(Results(out, table)))
    print(export(student, out))
    print(f'The demo took {time.time() - start:.0f} s.')


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
