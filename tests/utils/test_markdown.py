from rd_plugins.utils.markdown import spread, table


def test_a_table():
    rows = iter([['a', '1'], ['b', '2']])
    assert table(['name', 'number'], rows) == (
        '| name | number |\n|---|---|\n| a | 1 |\n| b | 2 |\n')
    assert table(['name'], []) == '| name |\n|---|\n'


def test_spread_is_the_standard_deviation_of_a_sample():
    assert spread([1.0]) == '1.00'
    assert spread([1.0, 2.0, 3.0]) == '2.00 ± 1.00'
