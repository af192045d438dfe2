"""The benchmarks as a user runs them."""
import json

import pytest
import torch

from tests.helpers.tools import assert_done, assert_refused, tool

CONFIGS = ('configs/demo/resnet20_mnist5k.py',
           'configs/demo/plain20_ce_mnist5k.py')


def test_benchmark(tmp_path):
    result = tool('analysis_tools/benchmark.py', *CONFIGS, '--engines',
                  'torch', '--batch-sizes', '1', '4', '--repeats', '3',
                  '--warm-up', '1', '--threads', '1', '--accuracy', '97.7',
                  '97.5', '--out', tmp_path / 'out')
    assert_done(result)
    assert 'plain20_ce_mnist5k' in result.stdout
    rows = json.loads(
        (tmp_path / 'out/benchmark.json').read_text())['results']
    assert [row['batch_size'] for row in rows] == [1, 1, 4, 4]
    assert rows[0]['speed_ratio'] == rows[0]['memory_ratio'] == 1
    # The shortcuts of this ResNet are free: same convolutions, more traffic.
    assert rows[0]['macs'] == rows[1]['macs']
    assert rows[0]['traffic_mib'] > rows[1]['traffic_mib']
    assert rows[0]['peak_mib'] > 0
    assert {path.suffix for path in (tmp_path / 'out').iterdir()
            } == {'.csv', '.json', '.md', '.png'}


def test_a_graph_of_another_batch_size_loses_nothing(tmp_path):
    pytest.importorskip('onnx')
    pytest.importorskip('onnxruntime')
    path = tmp_path / 'net.onnx'
    torch.onnx.export(torch.nn.Conv2d(1, 2, 3), (torch.zeros(1, 1, 8, 8), ),
                      path, dynamo=False)
    result = tool('analysis_tools/benchmark.py', path, '--engines',
                  'onnxruntime', '--batch-sizes', '1', '8', '--repeats', '2',
                  '--warm-up', '0', '--out', tmp_path / 'out')
    assert_done(result)
    said = ' '.join(result.stdout.split())
    assert 'onnxruntime leaves out net: ' in said
    assert 'takes batches of 1 images, not of 8' in said
    rows = json.loads(
        (tmp_path / 'out/benchmark.json').read_text())['results']
    assert [row['batch_size'] for row in rows] == [1]


@pytest.mark.parametrize('arguments, words', [
    (['missing.py'], 'There is no config at missing.py'),
    ([*CONFIGS, '--accuracy', '97'], '1 numbers for 2 networks'),
    ([*CONFIGS, '--engines', 'tensorrt'], 'tensorrt is not installed'),
])
def test_benchmark_refuses(arguments, words):
    result = tool('analysis_tools/benchmark.py', *arguments)
    assert_refused(result, words)


def test_benchmark_takes_two_repeats_or_more():
    result = tool('analysis_tools/benchmark.py', *CONFIGS, '--repeats', '1')
    assert result.returncode == 2
    assert "'1' is not a whole number, at least 2." in result.stderr


def test_benchmark_training(tmp_path):
    result = tool(
        'analysis_tools/benchmark_training.py',
        f'{CONFIGS[1]}@train_dataloader.batch_size=8',
        'configs/demo/plain20_mnist5k.py@train_dataloader.batch_size=8',
        '--repeats', '3', '--warm-up', '1', '--images', '64', '--out',
        tmp_path / 'out')
    assert_done(result)
    first, second = json.loads(
        (tmp_path / 'out/benchmark_training.json').read_text())['rows']
    assert first['times_the_first'] == 1 < second['times_the_first']
    assert first['hybrids_ms'] == 0 < second['hybrids_ms']
    assert first['input_alone_images_per_second'] > 0
    assert first['peak_mib'] < second['peak_mib']
    assert '@train_dataloader' in (
        tmp_path / 'out/benchmark_training.md').read_text()


def test_benchmark_training_refuses():
    result = tool('analysis_tools/benchmark_training.py', 'missing.py')
    assert_refused(result, 'There is no config at missing.py')
