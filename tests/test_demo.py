"""The demo, with few images."""
from tests.helpers.tools import SMALL, assert_done, tool


def test_demo(run_dir):
    done = tool('demo.py', '--train-options', *SMALL, cwd=run_dir)
    assert_done(done)
    table = (run_dir / 'work_dirs/demo/table.md').read_text()
    assert table in done.stdout
    assert table.count('| 269,434 | 31.11 M |') == 5
    picture = run_dir / 'work_dirs/demo/curves.png'
    assert picture.read_bytes().startswith(b'\x89PNG')
