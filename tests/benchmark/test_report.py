import json

import pytest

from rd_plugins.benchmark.memory import LayerMemory
from rd_plugins.benchmark.report import (RUNS, SIZES, Result, colors_of, draw,
                                         markdown, rows_of, summarize, write)


def result(name='plain', **figures):
    known = dict(
        name=name, engine='torch', device='cpu', precision='fp32',
        batch_size=2, threads=1, peak_mib=3.0, memory_ratio=1.5, params=1234,
        macs=10**6, traffic_mib=None, accuracy=None)
    known.update(summarize([0.1, 0.3, 0.2], 2, [0.4, 0.4, 0.5]))
    return Result(**{**known, **figures})


def test_figures():
    """Percentile by linear interpolation between the ordered times."""
    figures = summarize([0.1, 0.3, 0.2], 2, [0.4, 0.4, 0.5])
    assert figures == pytest.approx(
        dict(median_ms=200, p95_ms=290, images_per_second=10, speed_ratio=2))


def test_tables():
    """What nobody knows has no column; equal rows appear once."""
    results = [result(), result(engine='openvino', peak_mib=None)]
    assert rows_of(results, SIZES) == [['name', 'params', 'macs'],
                                       ['plain', '1,234', '1,000,000']]
    heading, *rows = rows_of(results, RUNS)
    assert [row[heading.index('peak mib')] for row in rows] == ['3.00', '-']
    assert '| plain | openvino |' in markdown(results)


@pytest.mark.parametrize('load, device, remark', [
    (2.9, 'cpu', ''), (3.1, 'cpu', 'load 3.1'), (3.1, 'estimate', '')])
def test_times_beside_other_work_are_marked(tmp_path, monkeypatch, load,
                                            device, remark):
    monkeypatch.setattr('os.getloadavg', lambda: (load, 0., 0.))
    monkeypatch.setattr('os.cpu_count', lambda: 2)
    write([result(device=device)], tmp_path / 'out', 'python benchmark.py')
    read = json.loads((tmp_path / 'out/benchmark.json').read_text())
    assert remark in read['remark'] and bool(remark) == bool(read['remark'])
    assert read['remark'] in (tmp_path / 'out/benchmark.md').read_text()


def test_files(tmp_path):
    write([result()], tmp_path / 'out', 'python benchmark.py')
    read = json.loads((tmp_path / 'out/benchmark.json').read_text())
    assert read['command'] == 'python benchmark.py'
    assert read['results'][0]['params'] == 1234
    assert (tmp_path / 'out/benchmark.csv').read_text().count('\n') == 2
    assert 'python benchmark.py' in (tmp_path / 'out/benchmark.md').read_text()


@pytest.mark.parametrize('accuracy', [None, 76.1])
def test_picture(tmp_path, accuracy):
    timelines = dict(plain=[LayerMemory('conv1', 100), LayerMemory('fc', 50)])
    draw([result(accuracy=accuracy)], timelines, tmp_path / 'a.png')
    assert (tmp_path / 'a.png').stat().st_size > 10000


def test_a_picture_of_many_networks_and_engines(tmp_path):
    results = [result(name=f'n{number}', engine=f'e{number}')
               for number in range(12)]
    timelines = {'n11': [LayerMemory('conv1', 100)]}
    draw(results, timelines, tmp_path / 'a.png')
    assert (tmp_path / 'a.png').stat().st_size > 10000


def test_colours_come_again_after_ten():
    colors = colors_of(f'n{number // 2}' for number in range(24))
    assert len(colors) == 12 and len(set(colors.values())) == 10
    assert colors['n0'] == colors['n10'] != colors['n11']
