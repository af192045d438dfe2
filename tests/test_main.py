"""python -m rd_plugins, which runs the tools of an installed package."""
import runpy

import pytest

from rd_plugins.utils.errors import UsageError
from tests.helpers import ROOT
from tests.helpers.tools import as_a_new_process


def call(*arguments):
    """What ``python -m rd_plugins ARGUMENTS`` does, in this process."""
    with as_a_new_process(['rd_plugins', *arguments], ROOT):
        runpy.run_module('rd_plugins', run_name='__main__', alter_sys=False)


def test_it_names_tools_and_configs(capsys):
    call()
    shown = capsys.readouterr().out
    assert 'plainify' in shown and 'convert_teacher' in shown
    assert str(ROOT / 'configs') in shown


def test_it_runs_a_tool_with_its_arguments():
    with pytest.raises(SystemExit, match='error: There is no config at no.py'):
        call('train', 'no.py')
    with pytest.raises(SystemExit, match='error: There is no .* no.pth'):
        call('convert_teacher', 'no.pth', 'out.pth')


def test_a_tool_that_is_not_there():
    with pytest.raises(SystemExit, match='error: There is no tool trian; '):
        call('trian')


def test_the_traceback_of_a_tool_can_be_seen():
    for arguments in (['train', 'no.py', '--debug'],
                      ['--debug', 'train', 'no.py']):
        with pytest.raises(UsageError, match='There is no config at no.py'):
            call(*arguments)
    with pytest.raises(UsageError, match='There is no tool trian'):
        call('trian', '--debug')
