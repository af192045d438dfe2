"""Networks for rotated images: the same outputs, and nothing that pads."""
import pytest
import torch
from torch import nn

from rd_plugins.shipping.export.micro.convert import to_int8, to_tflite
from rd_plugins.shipping.export.micro.graph import operators
from rd_plugins.shipping.export.micro.rotate import rotated
from rd_plugins.shipping.export.micro.runtime import LiteRT, Micro
from rd_plugins.utils.errors import UsageError
from tests.shipping.export.micro.networks import images, network

CASES = [('plain', 16), ('plain', 18), ('plain', 13), ('merged', 16),
         ('imagenet stem', 64), ('imagenet stem', 70)]


@pytest.fixture(params=CASES, ids=str)
def case(request):
    torch.manual_seed(0)
    net, shape = network(*request.param)
    return net, shape, rotated(net, shape)


def test_outputs_are_the_same(case):
    net, shape, turned = case
    batch = torch.cat(images(shape))
    with torch.no_grad():
        expected = net(batch)
        assert expected.std(dim=0).min() > 1e-2  # they depend on the image
        torch.testing.assert_close(turned(batch.flip(2, 3)), expected)
        assert not torch.allclose(turned(batch), expected, rtol=1e-2)


def test_the_network_itself_is_not_changed():
    net, shape = network('plain')
    before = [weight.clone() for weight in net.state_dict().values()]
    rotated(net, shape)
    assert all(map(torch.equal, before, net.state_dict().values()))


@pytest.mark.parametrize('kind', ['projection', 'pad', 'downsample'])
def test_shortcuts_that_leave_out_rows(kind):
    with pytest.raises(UsageError, match='leave out --rotate-180'):
        rotated(*network(kind))


def test_a_pooling_is_not_padded_with_zeros():
    pool = nn.Sequential(nn.MaxPool2d(3, 2, 1), nn.AdaptiveAvgPool2d(1))
    image = -torch.rand(1, 3, 8, 8) - 1
    torch.testing.assert_close(
        rotated(pool, (3, 8, 8))(image.flip(2, 3)), pool(image))


class Corner(nn.Module):
    """It is not the same network from another corner."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)

    def forward(self, images):
        return self.conv(images)[:, :, 0, 0]


def test_a_network_that_knows_where_up_is():
    with pytest.raises(UsageError, match='leave out --rotate-180'):
        rotated(Corner(), (3, 8, 8))


def test_files_have_nothing_that_pads(case):
    """The arena of int8: two maps of the largest size, no padded copy."""
    pytest.importorskip('litert_torch')
    pytest.importorskip('tflite_micro')
    net, shape, turned = case
    batch = images(shape)
    floating = to_tflite(turned, shape)
    small = to_int8(floating, [image.flip(2, 3) for image in batch])
    kinds = [operator.kind for operator in operators(small)]
    assert 'PAD' not in kinds and 'PADV2' not in kinds
    assert kinds.count('MAX_POOL_2D') == isinstance(
        getattr(net.backbone, 'maxpool', None), nn.MaxPool2d)
    runtime, micro = LiteRT(floating), Micro(small)
    with torch.no_grad():
        for image in batch:
            expected, turned_image = net(image), image.flip(2, 3)
            torch.testing.assert_close(runtime(turned_image), expected,
                                       atol=1e-5, rtol=1e-4)
            error = (micro(turned_image) - expected).abs().max()
            assert error < 32 * micro.out_scale
    without = to_int8(to_tflite(net, shape), batch)
    has_padded = 'PAD' in [operator.kind for operator in operators(without)]
    assert has_padded == (shape[1] != 13)  # odd sides are padded evenly
    assert has_padded == (
        micro.arena().arena < Micro(without).arena().arena)
