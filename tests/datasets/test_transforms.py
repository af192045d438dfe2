import numpy as np
import pytest

from rd_plugins.datasets import BrightnessContrast, GaussianDeform
from rd_plugins.utils.errors import UsageError


@pytest.fixture
def image():
    return np.random.default_rng(0).integers(
        60, 190, (32, 32, 3), dtype=np.uint8)


def apply(transform, image, seed=0):
    np.random.seed(seed)
    return transform(dict(img=image.copy()))['img']


def test_brightness_moves_the_mean(image):
    moved = [
        apply(BrightnessContrast(10, (1, 1)), image, seed).astype(int) - image
        for seed in range(20)
    ]
    for difference in moved:  # rounded down
        assert difference.max() - difference.min() <= 1
        assert -11 <= difference.min() and difference.max() <= 10
    assert len({difference.max() for difference in moved}) > 5


def test_contrast_keeps_the_mean_of_each_channel(image):
    low = apply(BrightnessContrast(0, (0.5, 0.5)), image)
    assert low.dtype == np.uint8
    means = image.mean((0, 1), keepdims=True)
    np.testing.assert_allclose(
        low, means + (image - means) / 2, atol=1)


def test_deformation_follows_its_anchors():
    """A ramp in y shows how far each pixel has moved."""
    ramp = np.repeat(np.arange(40, dtype=np.uint8)[:, None] * 5, 40, axis=1)
    ramp = np.stack([ramp] * 3, axis=2)
    transform = GaussianDeform(3)
    np.random.seed(1)
    offsets = np.random.uniform(-3, 3, (4, 2))
    deformed = apply(transform, ramp, seed=1)
    for y, x in ((20, 20), (8, 8), (32, 8), (12, 30)):
        expected = 0
        for (ay, ax), (move, _) in zip(((.2, .2), (.2, .8), (.8, .8),
                                        (.8, .2)), offsets):
            square = (y / 40 - ay)**2 + (x / 40 - ax)**2
            expected += move * np.exp(-square / 0.2)
        assert deformed[y, x, 0] / 5 - y == pytest.approx(expected, abs=0.15)
    still = apply(GaussianDeform(0), ramp)
    assert np.array_equal(still, ramp)


def test_gray_images_keep_their_axis():
    gray = np.zeros((28, 28, 1), np.uint8)
    assert apply(GaussianDeform(), gray).shape == gray.shape


@pytest.mark.parametrize('build, message', [
    (lambda: BrightnessContrast(-1), 'brightness=-1'),
    (lambda: BrightnessContrast(1, (1.2, 0.8)), r'contrast=\(1.2, 0.8\)'),
    (lambda: GaussianDeform(sigma=0), 'sigma=0'),
])
def test_empty_ranges(build, message):
    with pytest.raises(UsageError, match=message):
        build()
