import numpy as np
import pytest
import torch

from rd_plugins.shipping.export.micro.convert import to_int8, to_tflite
from rd_plugins.shipping.export.micro.runtime import (LiteRT, Micro,
                                                      layer_differences)
from tests.shipping.export.micro.networks import images, network

pytest.importorskip('litert_torch')
pytest.importorskip('tflite_micro')


@pytest.fixture(scope='module')
def plain():
    torch.manual_seed(0)
    net, shape = network('plain', side=32)
    floating = to_tflite(net, shape)
    return floating, to_int8(floating, images(shape, 20)), images(shape)


@pytest.fixture(scope='module')
def residual():
    torch.manual_seed(0)
    net, shape = network('projection', side=32)
    return to_int8(to_tflite(net, shape), images(shape))


def test_the_arena_holds_the_feature_maps(plain, residual):
    """Two maps of 32 x 32 x 8 bytes; three where a shortcut is alive."""
    size = 32 * 32 * 8
    for content, maps in ((plain[1], 2), (residual, 3)):
        arena = Micro(content).arena()
        assert maps * size <= arena.arena_head < (maps + 0.5) * size
        assert arena.arena > arena.arena_head


def test_layer_differences(plain):
    """Of the last layer, from both runtimes' own outputs."""
    floating, small, batch = plain
    reference, micro = LiteRT(floating), Micro(small)
    signal = np.concatenate([reference(image) for image in batch])
    noise = signal - np.concatenate([micro(image) for image in batch])
    *inner, last = layer_differences(floating, small, batch)
    assert last['decibels'] == pytest.approx(
        10 * np.log10((signal**2).sum() / (noise**2).sum()), rel=1e-3)
    convs = [row['layer'] for row in inner if row['kind'] == 'CONV_2D']
    assert convs[0] == 'backbone.conv1' and len(convs) == 7
    assert all(10 < row['decibels'] < 60 for row in inner)


def test_scales_are_as_a_program_needs_them(plain):
    _, small, (image, *_) = plain
    micro = Micro(small)
    names = dict(x=image.numpy(), round=np.round)
    exec(micro.scales()['input'], names)
    pixels = names['int8'].clip(-128, 127).astype(np.int8)
    micro.interpreter.set_input(pixels.transpose(0, 2, 3, 1), 0)
    micro.interpreter.invoke()
    names['int8'] = micro.interpreter.get_output(0).astype(np.float64)
    exec(micro.scales()['output'], names)
    np.testing.assert_allclose(names['x'], micro(image), rtol=1e-5)
