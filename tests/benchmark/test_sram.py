import pytest
from matplotlib.axes import Axes

from rd_plugins.benchmark.report import Result
from rd_plugins.benchmark.sram import draw_sram, fits, sram_table, write_sram


def estimate(name, limit, kib, milliseconds):
    return Result(
        name=name, engine=f'ethos-u55-256, SRAM {limit}', device='estimate',
        precision='int8', batch_size=1, threads=1, median_ms=milliseconds,
        p95_ms=milliseconds, images_per_second=1.0, speed_ratio=1.0,
        peak_mib=kib / 1024, memory_ratio=1.0, params=1, macs=1,
        traffic_mib=1.0, accuracy=None)


RESULTS = [
    estimate('resnet', '512K', 1764, 136.0),
    estimate('plain', '512K', 512, 75.25),
    estimate('resnet', 'all', 1764, 89.5),
    estimate('plain', 'all', 1176, 65.0),
]


def test_a_limit_is_kept_if_nothing_is_above_it():
    assert [fits(result) for result in RESULTS] == [False, True, True, True]


def test_the_table_has_bold_where_it_fits():
    heading, _, resnet, plain = sram_table(RESULTS).splitlines()
    assert heading == ('| network | ethos-u55-256, SRAM 512K | '
                       'ethos-u55-256, SRAM all |')
    assert resnet == '| resnet | 1764 KiB, 136 ms | **1764 KiB, 89.5 ms** |'
    assert plain == '| plain | **512 KiB, 75.2 ms** | **1176 KiB, 65 ms** |'


def test_what_was_not_compiled_has_no_number():
    lines = sram_table(RESULTS[1:]).splitlines()
    assert '| resnet | not compiled | **1764 KiB, 89.5 ms** |' in lines


def test_the_arena_has_no_time():
    """What TFLite-Micro takes on the host says nothing of a device."""
    host = estimate('plain', 'all', 45.52, 162.0)
    host.engine, host.device = 'tflite-micro', 'host'
    assert sram_table([host]).splitlines()[2] == '| plain | 45.5 KiB |'


def test_the_picture(tmp_path):
    other = estimate('plain', 'all', 1, 1.0)
    other.engine, other.device = 'onnxruntime', 'cpu'
    write_sram([*RESULTS, other], tmp_path / 'new')
    table = (tmp_path / 'new/sram.md').read_text()
    assert table == sram_table(RESULTS)
    picture = (tmp_path / 'new/sram.png').read_bytes()
    assert picture.startswith(b'\x89PNG') and len(picture) > 5000


def test_every_network_is_in_the_picture(tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr(Axes, 'legend', lambda axes, **_: shown.extend(
        axes.get_legend_handles_labels()[1]))
    names = [f'net {number}' for number in range(12)]
    draw_sram([estimate(name, 'all', 1, 1.0) for name in names],
              tmp_path / 'sram.png')
    assert shown == names


@pytest.mark.parametrize('limit', ['5X', '-1'])
def test_a_limit_that_is_none(limit):
    with pytest.raises(Exception, match='is no size'):
        fits(estimate('net', limit, 1, 1.0))
