import numpy as np
import pytest

from rd_plugins.utils.errors import (UsageError, check_bool, check_choice,
                                     check_number)


def test_check_choice():
    check_choice('Net', 'depth', 18, (18, 34))
    with pytest.raises(
            UsageError,
            match='Net has no depth=19; choose one of 18, 34. Look there.'):
        check_choice('Net', 'depth', 19, (18, 34), 'Look there.')


def test_an_unknown_choice_is_also_a_key_error():
    """MMPretrain's backbones raise that for a depth they do not have."""
    for kind in (KeyError, ValueError):
        with pytest.raises(kind) as error:
            check_choice('Net', 'depth', 19, (18, 34))
        assert str(error.value) == (
            'Net has no depth=19; choose one of 18, 34.')


@pytest.mark.parametrize('bounds, value, words', [
    (dict(above=0), 0, 'a finite number, above 0.'),
    (dict(at_least=0, below=1), 1, 'a finite number, at least 0 and below 1.'),
    (dict(at_least=1, whole=True), 1.5, 'a whole number, at least 1.'),
    (dict(at_most=2), 3, 'a finite number, at most 2.'),
    (dict(), float('nan'), 'a finite number.'),
    (dict(), float('inf'), 'a finite number.'),
    (dict(), 'x', 'a finite number.'),
    (dict(), True, 'a finite number.'),
    (dict(), None, 'a finite number.'),
])
def test_numbers_out_of_range(bounds, value, words):
    with pytest.raises(UsageError) as error:
        check_number('Net', 'width', value, 'Look there.', **bounds)
    assert str(error.value) == (
        f'Net has width={value!r}; it has to be {words} Look there.')


@pytest.mark.parametrize('bounds, value', [
    (dict(above=0), 1e-9), (dict(at_least=0, below=1), 0),
    (dict(at_least=1, whole=True), 1), (dict(at_most=2), 2),
    (dict(), np.float32(1)), (dict(whole=True), np.int64(1)),
])
def test_numbers_in_range(bounds, value):
    check_number('Net', 'width', value, **bounds)


def test_check_bool():
    check_bool('Net', 'deep', False)
    with pytest.raises(UsageError, match="deep='no'; write True or False"):
        check_bool('Net', 'deep', 'no')
