"""The documentation: it builds, its commands exist, its notebook runs."""
import argparse
import json
import re
import runpy
import shlex
import subprocess
import sys

import pytest
import torch
from mmengine.config import Config
from mmpretrain.registry import MODELS

from tests.helpers import ROOT
from tests.helpers.tools import as_a_new_process

TOOLS = {path.stem: path.relative_to(ROOT).as_posix()
         for path in (ROOT / 'tools').rglob('*.py')}
PAGES = [ROOT / 'README.md', *sorted((ROOT / 'docs').rglob('*.md'))]


def test_the_site_builds_without_a_warning(tmp_path):
    done = subprocess.run(
        [sys.executable, '-m', 'sphinx', '-q', '-W', '--keep-going',
         ROOT / 'docs', tmp_path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / 'api.html').read_text()
    for name in ('PlainResNet', 'JointRD', 'FadeHook', 'RestartMultiStepLR'):
        assert f'.{name}"' in page


def test_the_notebook_runs_from_top_to_bottom():
    cells = json.loads((ROOT / 'docs/tutorial.ipynb').read_text())['cells']
    # A tenth of the digits, which teach its teacher next to nothing
    shorter = {'4000, 4)': '4000, 40)',
               'alpha=0.5': 'alpha=0.5, check_teacher=False'}
    code = [''.join(cell['source']) for cell in cells
            if cell['cell_type'] == 'code']
    for long, short in shorter.items():
        assert any(long in cell for cell in code)
        code = [cell.replace(long, short) for cell in code]
    names = {}
    with as_a_new_process(['notebook'], ROOT):
        for cell in code:
            exec(cell, names)
    assert names['difference'] < 1e-9
    weights = torch.load(names['path'])['state_dict']
    assert not any('auxiliary' in key for key in weights)


class Parsed(Exception):
    """Ends a tool once it has read its command line."""


def commands(page):
    """The commands of a page that call our tools, without comments."""
    for block in re.findall(r'```bash\n(.*?)```', page.read_text(), re.S):
        for line in block.replace('\\\n', ' ').splitlines():
            command = re.split(r'\s{2,}#', line.strip())[0]
            command = re.sub(r'-m rd_plugins (\w+)',
                             lambda found: TOOLS[found[1]], command)
            if re.match(r'(\w+=\S+ )*(\S*python|bash) tools/', command):
                yield command[command.index('tools/'):]


def configs(page):
    """The configs of a page that MMPretrain and this package can build."""
    for block in re.findall(r'```python\n(.*?)```', page.read_text(), re.S):
        if re.search(r"^_base_ = .*^model = ", block, re.S | re.M) and \
                'custom_imports' not in block and 'mmdet::' not in block:
            yield block


CONFIGS = [pytest.param(config, id=f'{page.stem}{number}') for page in PAGES
           for number, config in enumerate(configs(page))]
COMMANDS = sorted({command for page in PAGES for command in commands(page)})


@pytest.mark.parametrize('command', COMMANDS)
def test_a_command_of_the_docs_is_understood(command, monkeypatch):
    """The tool, its flags, and every file of ours that is named."""
    # Optional parts count too.
    command = re.sub(r'\[(--[^]]*)\]', r'\1', command)
    for path in shlex.split(command):
        if re.match(r'(configs|tools|docs/results)/[^\s$]+$', path):
            assert list(ROOT.glob(path.split('@')[0])), path
    # What a shell fills in is an option at most.
    tool, *arguments = shlex.split(re.sub(r'\$\{?\w+\}?', 'a=1', command))
    if tool.endswith('.sh'):
        return
    parse = argparse.ArgumentParser.parse_args

    def parse_alone(parser, *args, **kwargs):
        raise Parsed(parse(parser, *args, **kwargs))

    monkeypatch.setattr(argparse.ArgumentParser, 'parse_args', parse_alone)
    monkeypatch.setattr(sys, 'argv', [tool, *arguments])
    with pytest.raises(Parsed):
        runpy.run_path(str(ROOT / tool), run_name='__main__')


@pytest.mark.parametrize('text', CONFIGS)
def test_a_config_of_the_docs_builds(text, tmp_path):
    """As if it lay in configs/fading."""
    for short, folder in {"'../": '', "'./": 'fading/',
                          "'rd_plugins::": ''}.items():
        text = text.replace(short, f"'{ROOT.as_posix()}/configs/{folder}")
    path = tmp_path / 'config.py'
    path.write_text(text)
    MODELS.build(Config.fromfile(path).model)
