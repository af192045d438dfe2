import numpy as np
import pytest
import torch
from torch import nn

from rd_plugins.benchmark.backends import BACKENDS
from rd_plugins.benchmark.network import Network


@pytest.mark.parametrize('name', list(BACKENDS))
def test_it_runs(name):
    """Every backend that is installed runs a network and tells its memory."""
    kind = BACKENDS[name]
    if not kind.is_available():
        pytest.skip(f'{name} is not installed')
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()).eval()
    network = Network('net', (3, 8, 8), net)
    backend = kind(threads=1, precision='fp32', channels_last=False)
    run = backend.load(network, 2)
    run()
    peak = backend.peak_bytes(network, 2, run)
    assert peak is None or peak >= 2 * 4 * 6 * 6 * 4


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
