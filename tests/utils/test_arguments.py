import argparse

import pytest

from rd_plugins.utils.arguments import number


def read(text, *kind, **bounds):
    parser = argparse.ArgumentParser()
    parser.add_argument('--x', type=number(*kind, **bounds))
    return parser.parse_args(['--x', text]).x


def test_numbers_are_read():
    assert read('3', at_least=1) == 3
    assert read('1e-3', float, above=0) == 1e-3


@pytest.mark.parametrize('text, kind, words', [
    ('0', int, "'0' is not a whole number, at least 1."),
    ('1.5', int, "'1.5' is not a whole number"),
    ('nan', float, "'nan' is not a finite number"),
    ('inf', float, "'inf' is not a finite number"),
    ('many', float, "'many' is not a finite number"),
])
def test_others_are_refused(text, kind, words, capsys):
    with pytest.raises(SystemExit):
        read(text, kind, at_least=1)
    assert words in capsys.readouterr().err
