import os

import pytest

from rd_plugins.utils.captured import captured_output


def test_what_the_process_prints_is_captured(capfd):
    """As C++ prints, by the file descriptors; also while it is captured."""
    print('before')
    with captured_output() as printed:
        os.write(1, b'output\n')
        assert printed() == 'output\n'
        os.write(2, b'an error\n')
    assert printed() == 'output\nan error\n'
    print('after')
    assert capfd.readouterr().out == 'before\nafter\n'


def test_an_error_gives_the_output_back(capfd):
    with pytest.raises(ValueError):
        with captured_output():
            raise ValueError
    print('after')
    assert capfd.readouterr().out == 'after\n'
