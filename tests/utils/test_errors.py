import pytest

from rd_plugins.utils.errors import UsageError, check_choice


def test_check_choice():
    check_choice('Net', 'depth', 18, (18, 34))
    with pytest.raises(
            UsageError,
            match='Net has no depth=19; choose one of 18, 34. Look there.'):
        check_choice('Net', 'depth', 19, (18, 34), 'Look there.')
