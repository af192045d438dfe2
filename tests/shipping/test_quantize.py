"""What INT8 makes of a network."""
import pytest
import torch
from torch import nn

onnx = pytest.importorskip('onnx')
pytest.importorskip('onnxruntime')


@pytest.mark.parametrize('reduce_range, steps', [(True, 64), (False, 127)])
def test_weights_have_a_scale_for_each_output_channel(
        tmp_path, reduce_range, steps):
    """The largest weight of each channel is 64 steps of 7 bits, or 127."""
    from rd_plugins.shipping.quantize import quantize  # needs ONNX Runtime
    net = nn.Conv2d(3, 4, 3)
    with torch.no_grad():
        net.weight.mul_(torch.tensor([1., 10, 0.1, 3]).view(4, 1, 1, 1))
    files = tmp_path / 'net.onnx', tmp_path / 'net_int8.onnx'
    torch.onnx.export(
        net, (torch.zeros(1, 3, 8, 8), ), str(files[0]), dynamo=False,
        input_names=['input'])
    quantize(*files, torch.randn(2, 1, 3, 8, 8), reduce_range)
    graph = onnx.load(files[1]).graph
    tensors = {
        tensor.name: torch.tensor(onnx.numpy_helper.to_array(tensor))
        for tensor in graph.initializer
    }
    conv, = (node for node in graph.node if node.op_type == 'Conv')
    node, = (node for node in graph.node if node.output[0] == conv.input[1])
    weights, scales, _ = (tensors[name] for name in node.input)
    assert weights.dtype == torch.int8 and weights.shape == net.weight.shape
    largest = net.weight.detach().abs().amax((1, 2, 3))
    torch.testing.assert_close(scales, largest / steps)


@pytest.mark.parametrize('machine, flags, needed', [
    ('x86_64', 'fpu avx2 avx512f', True),
    ('x86_64', 'fpu avx2 avx512_vnni', False),
    ('AMD64', 'avx_vnni', False),
    ('AMD64', '', True),
    ('aarch64', 'fp asimd', False),
])
def test_only_x86_without_vnni_needs_7_bits(monkeypatch, machine, flags,
                                            needed):
    from rd_plugins.shipping import quantize
    monkeypatch.setattr('platform.machine', lambda: machine)
    monkeypatch.setattr(quantize, 'cpu_flags', lambda: set(flags.split()))
    assert quantize.needs_reduced_range() == needed
