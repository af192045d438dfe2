"""Every deployable network becomes int8 without transposes."""
import numpy as np
import pytest
import torch
from torch import nn

from rd_plugins.shipping.export.micro.convert import to_int8, to_tflite
from rd_plugins.shipping.export.micro.graph import operators, read_model
from rd_plugins.shipping.export.micro.runtime import LiteRT, Micro
from rd_plugins.utils.errors import UsageError
from tests.shipping.export.micro.networks import KINDS, images, network

pytest.importorskip('litert_torch')
pytest.importorskip('tflite_micro')
INT8, INT32 = 9, 2  # schema.TensorType


@pytest.fixture(scope='module', params=KINDS)
def converted(request):
    torch.manual_seed(0)
    net, shape = network(request.param)
    floating, batch = to_tflite(net, shape), images(shape)
    return net, batch, floating, to_int8(floating, batch)


def test_float_is_pytorch(converted):
    net, batch, floating, _ = converted
    runtime = LiteRT(floating)
    for image in batch:
        with torch.no_grad():
            torch.testing.assert_close(
                runtime(image), net(image), atol=1e-5, rtol=1e-4)


def test_int8_is_near(converted):
    """TFLite-Micro's logits are near in 255 steps over their range."""
    net, batch, _, small = converted
    runtime = Micro(small)
    with torch.no_grad():
        for image in batch:
            error = (runtime(image) - net(image)).abs().max()
            assert error < 32 * runtime.out_scale


def test_no_operator_moves_or_converts(converted):
    net, _, _, small = converted
    kinds = {operator.kind for operator in operators(small)}
    moves = {'TRANSPOSE', 'QUANTIZE', 'DEQUANTIZE', 'RESHAPE', 'PADV2'}
    if type(net.backbone).__name__ == 'EpsilonResNet_CIFAR':
        moves.remove('TRANSPOSE')  # around its shortcuts that pool and pad
    assert not kinds & moves
    assert {'CONV_2D', 'FULLY_CONNECTED', 'MEAN'} <= kinds


def test_everything_is_int8_per_channel(converted):
    """Scales of weights are max |w| / 127 of each output channel."""
    net, _, _, small = converted
    model = read_model(small)
    graph = model.subgraphs[0]
    assert {graph.tensors[index].type
            for index in (*graph.inputs, *graph.outputs)} == {INT8}
    assert all(buffer.offset <= 1 for buffer in model.buffers)
    found = [tuple(np.float32(tensor.quantization.scale))
             for tensor in graph.tensors
             if tensor.type == INT8 and len(tensor.shape) == 4
             and model.buffers[tensor.buffer].data is not None]
    for conv in net.modules():
        if isinstance(conv, nn.Conv2d):
            scale = conv.weight.detach().flatten(1).abs().amax(1) / 127
            assert any(np.allclose(scale, other, rtol=1e-5)
                       for other in found if len(other) == len(scale))


class Fourier(nn.Module):

    def forward(self, images):
        return torch.fft.fft2(images).abs().flatten(1)


def test_an_operator_that_cannot_be_converted():
    with pytest.raises(UsageError, match='does not convert this network'):
        to_tflite(Fourier(), (3, 8, 8))
