from argparse import Namespace

import numpy as np
import pytest
import torch
from torch import nn

from rd_plugins.benchmark.backends import BACKENDS
from rd_plugins.benchmark.backends.backend import onnx_graph
from rd_plugins.benchmark.network import Network
from rd_plugins.utils.errors import UsageError


@pytest.mark.parametrize('name', list(BACKENDS))
def test_it_runs(name):
    """Every backend that is installed runs a network and tells its memory."""
    kind = BACKENDS[name]
    if not kind.is_available():
        pytest.skip(f'{name} is not installed')
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()).eval()
    network = Network('net', (3, 8, 8), net)
    backend, = kind.from_arguments(Namespace(
        threads=1, precision=kind.precisions[0], channels_last=False,
        accelerator='ethos-u55-128', memory_mode='Sram_Only',
        system_config=None, optimise='Performance', sram=['all']))
    batch_size = max(kind.batch_sizes or (2, ))
    run = backend.load(network, batch_size)
    times = backend.times(dict(net=run), 2, 0, lambda: None)
    assert len(times['net']) == 2 and min(times['net']) > 0
    peak = backend.peak_bytes(network, batch_size, run)
    value = 1 if 'int8' in kind.precisions else 4
    assert peak is None or peak >= batch_size * 4 * 6 * 6 * value


@pytest.mark.parametrize('name, is_open', [
    ('onnxruntime', False), ('onnxruntime', True), ('openvino', False),
    ('openvino', True), ('tensorrt', False), ('tensorrt', True)])
def test_an_onnx_file_of_another_batch_size(tmp_path, name, is_open):
    kind = BACKENDS[name]
    if not kind.is_available():
        pytest.skip(f'{name} is not installed')
    path = tmp_path / 'net.onnx'
    torch.onnx.export(
        nn.Conv2d(3, 4, 3), (torch.zeros(2, 3, 8, 8), ), path, dynamo=False,
        input_names=['x'], dynamic_axes=dict(x=[0]) if is_open else None)
    network = Network('net', (3, 8, 8), onnx_path=str(path))
    onnx = pytest.importorskip('onnx')
    graph = onnx.load_model_from_string(onnx_graph(network, 2)).graph
    sizes = graph.input[0].type.tensor_type.shape.dim
    assert [size.dim_value for size in sizes] == [2, 3, 8, 8]
    backend = kind(1, 'fp32', False)
    backend.load(network, 2)()
    if is_open:
        backend.load(network, 4)()
        return
    with pytest.raises(UsageError, match='batches of 2 .* not of 4'):
        backend.load(network, 4)


def test_limits_of_an_accelerator():
    """Each is a backend of its own; a number of bytes, or none."""
    arguments = Namespace(
        accelerator='ethos-u65-256', memory_mode='Shared_Sram',
        system_config=None, optimise='Size', sram=['256K', '1M', 'all'])
    backends = BACKENDS['ethos-u'].from_arguments(arguments)
    assert [backend.target.sram for backend in backends] == [
        2**18, 2**20, None]
    assert backends[0].name == 'ethos-u65-256, SRAM 256K'
    arguments.accelerator = 'ethos-u1'
    with pytest.raises(UsageError, match='no accelerator'):
        BACKENDS['ethos-u'].from_arguments(arguments)


def test_precision_and_memory_format_reach_the_network():
    net = nn.Conv2d(3, 4, 3)
    model, images = BACKENDS['torch'](1, 'bf16', True).prepare(
        Network('net', (3, 8, 8), net), 2)
    assert model.weight.dtype == images.dtype == torch.bfloat16
    assert images.is_contiguous(memory_format=torch.channels_last)
    assert net.weight.dtype == torch.float32


def test_the_onnx_graph_is_the_network():
    onnxruntime = pytest.importorskip('onnxruntime')
    pytest.importorskip('onnx')
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()).eval()
    session = onnxruntime.InferenceSession(
        Network('net', (3, 8, 8), net).onnx(2),
        providers=['CPUExecutionProvider'])
    images = torch.randn(2, 3, 8, 8)
    found, = session.run(None, {'input': images.numpy()})
    with torch.no_grad():
        np.testing.assert_allclose(found, net(images), atol=1e-5)
