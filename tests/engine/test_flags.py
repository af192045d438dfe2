"""The flags of MMPretrain's tools, and ours beside them."""
import sys
from argparse import ArgumentParser

import pytest

from rd_plugins.engine import flags
from rd_plugins.utils.errors import UsageError


def test_flags_are_mmpretrains(monkeypatch):
    """Of the command line, or given; then the command line is as it was."""
    tool = flags.load_mmpretrain_tool('train')
    monkeypatch.setenv('LOCAL_RANK', '0')  # the parser sets it if nobody has
    command_line = ['train.py', 'config.py', '--amp']
    monkeypatch.setattr('sys.argv', command_line)
    assert flags.parse_flags(tool, None).amp
    assert flags.parse_flags(tool, ['other.py']).config == 'other.py'
    assert not flags.parse_flags(tool, ['other.py']).amp
    with pytest.raises(SystemExit):
        flags.parse_flags(tool, ['--absent'])
    assert sys.argv is command_line


def test_mmpretrain_without_its_tools(monkeypatch):
    with pytest.raises(UsageError, match='without its tools .*absent.py'):
        flags.load_mmpretrain_tool('absent')


def test_own_flags_beside_mmpretrains(monkeypatch, capsys):
    """Wherever they stand; help shows both."""
    tool = flags.load_mmpretrain_tool('train')
    monkeypatch.setenv('LOCAL_RANK', '0')
    own = ArgumentParser(add_help=False, allow_abbrev=False)
    own.add_argument('--epochs', type=int)
    args = flags.parse_flags(tool, [
        'config.py', '--cfg-options', 'a=1', '--epochs', '6', '--amp'], own)
    assert args.epochs == 6 and args.amp and args.cfg_options == {'a': 1}
    assert flags.parse_flags(tool, ['config.py'], own).epochs is None
    with pytest.raises(SystemExit):
        flags.parse_flags(tool, ['--help'], own)
    shown = capsys.readouterr().out
    assert '--epochs' in shown and '--auto-scale-lr' in shown
