"""What is told of the processor."""
import pytest

from rd_plugins.utils.cpu import cpu_name


@pytest.mark.parametrize('lines, name', [
    ('processor : 0\nmodel name\t: AMD EPYC\nprocessor : 1\n'
     'model name\t: AMD EPYC\n', 'AMD EPYC'),
    ('processor : 0\nBogoMIPS : 50.00\n', 'aarch64'),
    (None, 'aarch64')])
def test_the_name_of_a_processor(tmp_path, monkeypatch, lines, name):
    """Linux lists none on ARM."""
    monkeypatch.setattr('platform.machine', lambda: 'aarch64')
    if lines:
        (tmp_path / 'cpuinfo').write_text(lines)
    assert cpu_name(str(tmp_path / 'cpuinfo')) == name
