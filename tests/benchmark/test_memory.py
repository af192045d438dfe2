import pytest
import torch
from torch import nn

from rd_plugins.benchmark import memory
from rd_plugins.benchmark.network import Network

BATCH = torch.zeros(2, 3, 16, 16)
MAP = 2 * 8 * 16 * 16 * 4  # bytes of a feature map of eight channels


class Chain(nn.Module):
    """Two point-wise steps after a convolution, with or without a shortcut."""

    def __init__(self, shortcut):
        super().__init__()
        self.shortcut = shortcut
        self.first, self.second, self.third = (Half() for _ in range(3))

    def forward(self, x):
        x = torch.cat([x, x, x], 1)[:, :8].contiguous()
        kept = x if self.shortcut else None
        x = self.first(x)
        x = self.second(x)
        x = self.third(x)
        return x + kept if self.shortcut else x


class Half(nn.Module):
    """Needs its input and its output, and nothing else."""

    def forward(self, x):
        return x.relu()


def test_peak_of_known_tensors():

    def hold_three():
        first = torch.empty(1000)
        second = torch.empty(500)
        del first
        third = torch.empty(250)
        return second, third

    assert memory.peak_bytes(hold_three, 'cpu') == 1500 * 4


def test_a_shortcut_shows():
    """It holds one feature map more while the steps behind it run."""
    plain, residual = (
        {layer: size for layer, size in memory.layer_timeline(
            Chain(shortcut).eval(), BATCH)}
        for shortcut in (False, True))
    assert list(plain) == ['first', 'second', 'third']
    # Python holds a step's input until the step returns.
    assert plain == dict(first=2 * MAP, second=2 * MAP, third=2 * MAP)
    assert residual == dict(first=2 * MAP, second=3 * MAP, third=3 * MAP)


def test_traffic_of_one_convolution():
    conv = nn.Conv2d(3, 8, 3, padding=1).eval()
    weights = (8 * 3 * 9 + 8) * 4
    assert memory.traffic_bytes(conv, BATCH) == BATCH.nbytes + weights + MAP


def test_arena_of_a_shortcut():
    """ONNX Runtime reserves whole feature maps, no weights."""
    pytest.importorskip('onnxruntime')
    pytest.importorskip('onnx')
    net = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 4, 1))
    network = Network('net', (3, 16, 16), net.eval())
    reserved = memory.arena_bytes(network.onnx(2), 2)
    assert MAP <= reserved <= 3 * MAP + 1024
