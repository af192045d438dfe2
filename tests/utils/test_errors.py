import pytest

from rd_plugins.utils.errors import UsageError, check_choice


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
