"""Values with few bits, against integer arithmetic written out here."""
import pytest
import torch
from torch import nn

from rd_plugins.shipping.fake_quantize import FewBits, rounded_weights


class Residual(nn.Module):
    """A convolution with ReLU, an addition, and a linear layer."""

    def __init__(self):
        super().__init__()
        self.conv, self.other = (nn.Conv2d(3, 3, 1) for _ in range(2))
        self.fc = nn.Linear(3, 2)

    def forward(self, images):
        out = self.conv(images).relu()
        return self.fc((self.other(out) + out).mean((2, 3)))


def rounded(values, low, high, bits):
    """Integers from 0 to 2**bits - 1, one of which is zero, and back."""
    scale = (high - low) / (2**bits - 1)
    zero = round(-low / scale)
    integers = (values / scale).round() + zero
    return (integers.clamp(0, 2**bits - 1) - zero) * scale


@pytest.mark.parametrize('bits', [8, 4])
def test_weights_have_a_scale_for_each_channel(bits):
    conv = nn.Conv2d(3, 2, 3)
    expected = conv.weight.detach().clone()
    for channel in expected:
        scale = channel.abs().max() / (2**(bits - 1) - 1)
        channel.copy_((channel / scale).round() * scale)
    rounded_weights(nn.Sequential(conv), bits)
    torch.testing.assert_close(conv.weight, expected)
    assert len(conv.weight[0].unique()) <= 2**bits - 1


@pytest.mark.parametrize('bits', [8, 4])
def test_activations_are_rounded_where_they_are_stored(bits):
    """Not between a convolution and its ReLU, and not the logits."""
    net = Residual().eval()
    batches = list(torch.randn(3, 4, 3, 5, 5))
    few = FewBits(net, batches[0], bits)
    few.calibrate(batches)
    everything = torch.cat(batches)

    def run(images, keep):
        with torch.no_grad():
            x = keep('input', images)
            out = keep('relu', net.conv(x).relu())
            branch = keep('other', net.other(out))
            total = keep('sum', branch + out)
            return net.fc(keep('mean', total.mean((2, 3))))

    ranges = {}

    def measure(name, values):
        ranges[name] = (min(0, values.min().item()), values.max().item())
        return values

    run(everything, measure)
    images = torch.randn(4, 3, 5, 5) * 2  # beyond what was measured
    expected = run(images, lambda name, values: rounded(
        values, *ranges[name], bits))
    torch.testing.assert_close(few.logits(images), expected)
    assert not torch.allclose(few.logits(images), net(images), atol=1e-4)
