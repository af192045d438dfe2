import mmcv
import numpy as np
import pytest
import torch
from mmpretrain.registry import TRANSFORMS

from rd_plugins.datasets import BatchPipeline
from rd_plugins.utils.errors import UsageError

CROP = dict(type='RandomCrop', crop_size=6, padding=2, pad_val=7)
CROP_ONLY = dict(type='RandomCrop', crop_size=(5, 4))
FLIP = dict(type='RandomFlip', prob=0.5, direction='horizontal')
ANY_FLIP = dict(
    type='RandomFlip',
    prob=[0.3, 0.2, 0.1],
    direction=['horizontal', 'vertical', 'diagonal'])
CUTOUT = dict(type='Cutout', shape=3, pad_val=9, prob=0.6)
LIGHT = dict(type='rd_plugins.BrightnessContrast')
DEFORM = dict(type='rd_plugins.GaussianDeform')
PACK = dict(type='PackInputs')


def build(*steps):
    return [TRANSFORMS.build(dict(step)) for step in steps]


def images(count=1, height=6, width=6, channels=3):
    """Every value of an image is another one."""
    size = height * width * channels
    values = torch.arange(size).view(1, height, width, channels) + 10
    return values.repeat(count, 1, 1, 1).to(torch.uint8)


def augment(pipeline, stack, chosen=None, seed=0):
    generator = torch.Generator().manual_seed(seed)
    if chosen is None:
        chosen = torch.arange(len(stack))
    return pipeline(pipeline.prepare(stack), chosen, generator)


def outcomes(batch):
    """How often each picture appears, as shares."""
    pictures, counts = np.unique(
        np.stack([np.asarray(image).reshape(-1) for image in batch]),
        axis=0,
        return_counts=True)
    return {
        picture.tobytes(): count / len(batch)
        for picture, count in zip(pictures, counts)
    }


@pytest.mark.parametrize('corner', [(0, 0), (4, 0), (1, 3)])
def test_same_crop_at_the_same_place(corner, monkeypatch):
    stock = build(CROP)[0]
    monkeypatch.setattr(stock, 'rand_crop_params', lambda img: (*corner, 6, 6))
    expected = stock(dict(img=images()[0].numpy()))['img']
    pipeline = BatchPipeline(build(CROP, PACK), (6, 6))
    monkeypatch.setattr(pipeline.geometry[0], 'draw',
                        lambda count, generator: torch.tensor(corner)[:, None])
    batch = augment(pipeline, images())
    assert torch.equal(batch[0].permute(1, 2, 0), torch.tensor(expected))


@pytest.mark.parametrize('number, direction',
                         enumerate(['horizontal', 'vertical', 'diagonal',
                                    None]))
def test_same_flip(number, direction, monkeypatch):
    expected = images()[0].numpy()
    if direction:
        expected = mmcv.imflip(expected, direction)
    pipeline = BatchPipeline(build(ANY_FLIP, PACK), (6, 6))
    monkeypatch.setattr(pipeline.geometry[0], 'draw',
                        lambda count, generator: torch.tensor([number]))
    batch = augment(pipeline, images())
    assert np.array_equal(batch[0].permute(1, 2, 0), expected)


@pytest.mark.parametrize('y, x', [(1.0, 1.2), (5.9, 2.2), (3.1, 4.6)])
def test_same_cutout_at_the_same_place(y, x, monkeypatch):
    centers = iter((y, x))
    monkeypatch.setattr(np.random, 'uniform', lambda high: next(centers))
    expected = mmcv.cutout(images()[0].numpy(), 3, pad_val=9)
    pipeline = BatchPipeline(build(CUTOUT, PACK), (6, 6))
    monkeypatch.setattr(
        pipeline.cutouts[0], 'draw',
        lambda count, generator: torch.tensor([0.5, y, x])[:, None])
    batch = augment(pipeline, images())
    assert np.array_equal(batch[0].permute(1, 2, 0), expected)
    pipeline.cutouts[0].prob = 0.4
    assert torch.equal(
        augment(pipeline, images())[0].permute(1, 2, 0), images()[0])


@pytest.mark.parametrize('added, scale', [(-10, 0.8), (7.3, 1.2), (0, 1)])
def test_same_brightness_and_contrast(added, scale, monkeypatch):
    picture = images()[0].numpy() * 2
    stock = build(LIGHT)[0]
    monkeypatch.setattr(stock, '_draw', lambda: (added, scale))
    expected = stock(dict(img=picture))['img']
    pipeline = BatchPipeline(build(LIGHT, PACK), (6, 6))
    monkeypatch.setattr(
        pipeline.pixel_transforms[0], 'draw',
        lambda count, generator: torch.tensor([added, scale])[:, None])
    batch = augment(pipeline, torch.tensor(picture)[None])
    # Both cut off what is behind the point; rounding decides which way.
    difference = batch[0].permute(1, 2, 0).int() - torch.tensor(expected).int()
    assert difference.abs().max() <= 1 and (difference != 0).sum() <= 2


def test_same_deformation(monkeypatch):
    """To OpenCV's 32nd of a pixel, on a smooth picture."""
    y, x = np.mgrid[:32, :32]
    picture = np.stack([4 * y, 4 * x, 2 * (x + y)], -1).astype(np.uint8)
    moves = np.array([[2.5, -3], [1, 0.3], [-2, -2], [3, 1.7]])
    stock = build(DEFORM)[0]
    monkeypatch.setattr(stock, '_draw', lambda: moves)
    expected = stock(dict(img=picture))['img']
    assert not np.array_equal(expected, picture)
    pipeline = BatchPipeline(build(DEFORM, PACK), (32, 32))
    monkeypatch.setattr(pipeline.pixel_transforms[0], 'draw',
                        lambda count, generator: torch.tensor(moves)[None].
                        float())
    batch = augment(pipeline, torch.tensor(picture)[None])
    difference = batch[0].permute(1, 2, 0).int() - torch.tensor(expected).int()
    assert difference.abs().max() <= 1


def test_draws_of_values_have_the_ranges_of_the_stock_transforms():
    generator = torch.Generator().manual_seed(0)
    pipeline = BatchPipeline(build(LIGHT, DEFORM, CROP, PACK), (6, 6))
    light, deform = pipeline.pixel_transforms
    added, scale = light.draw(4000, generator)
    moves = deform.draw(2000, generator)
    assert moves.shape == (2000, 4, 2)
    for drawn, low, high in ((added, -10, 10), (scale, 0.8, 1.2),
                             (moves, -3, 3)):
        share = (drawn - low) / (high - low)
        assert 0 <= share.min() < 0.01 and 0.99 < share.max() <= 1
        assert abs(share.mean() - 0.5) < 0.025
        assert abs(share.std() - 12**-0.5) < 0.015


def test_padding_comes_after_what_changes_pixels(monkeypatch):
    pipeline = BatchPipeline(build(LIGHT, CROP, PACK), (6, 6))
    monkeypatch.setattr(
        pipeline.pixel_transforms[0], 'draw',
        lambda count, generator: torch.tensor([[50.0], [1.0]]))
    monkeypatch.setattr(pipeline.geometry[0], 'draw',
                        lambda count, generator: torch.zeros(2, 1).long())
    batch = augment(pipeline, images())
    assert (batch[0, 0, :2] == 7).all() and batch[0, 0, 2, 2] == 60


@pytest.mark.parametrize('steps, number', [
    ([CROP, FLIP], 25 * 2),
    ([CROP_ONLY], 2 * 3),
    ([ANY_FLIP], 4),
    ([FLIP, CUTOUT], None),
], ids=['crop and flip', 'crop', 'directions', 'cutout'])
def test_same_distribution_as_the_stock_pipeline(steps, number):
    """Each outcome as often, to five standard deviations."""
    count = 4000
    np.random.seed(1)
    stock = build(*steps, PACK)
    theirs = []
    for _ in range(count):
        results = dict(img=images()[0].numpy(), gt_label=0)
        for transform in stock:
            results = transform(results)
        theirs.append(results['inputs'])
    pipeline = BatchPipeline(build(*steps, PACK), (6, 6))
    ours = outcomes(augment(pipeline, images(count)))
    theirs = outcomes(theirs)
    assert ours.keys() == theirs.keys()
    assert number is None or len(ours) == number
    for picture, share in theirs.items():
        deviation = (2 * share * (1 - share) / count)**0.5
        assert abs(ours[picture] - share) < 5 * deviation


def test_images_differ_and_the_seed_repeats_them():
    pipeline = BatchPipeline(build(CROP, FLIP, PACK), (6, 6))
    first = augment(pipeline, images(40))
    assert len(outcomes(first)) > 15
    assert torch.equal(first, augment(pipeline, images(40)))
    assert not torch.equal(first, augment(pipeline, images(40), seed=1))


def test_it_takes_the_chosen_images():
    stack = images(5) + torch.arange(5, dtype=torch.uint8).view(5, 1, 1, 1)
    batch = augment(
        BatchPipeline(build(PACK), (6, 6)), stack, torch.tensor([4, 0, 4]))
    assert batch.shape == (3, 3, 6, 6) and batch.is_contiguous()
    assert torch.equal(batch, stack[[4, 0, 4]].permute(0, 3, 1, 2))


@pytest.mark.parametrize('steps, reason', [
    ([dict(type='LoadImageFromFile'), PACK], 'LoadImageFromFile'),
    ([CROP, FLIP], 'PackInputs'),
    ([], 'PackInputs'),
    ([FLIP, CROP, PACK], 'RandomCrop'),
    ([CUTOUT, FLIP, PACK], 'RandomFlip'),
    ([FLIP, LIGHT, PACK], 'BrightnessContrast'),
    ([dict(type='RandomCrop', crop_size=8), PACK], 'must fit'),
    ([dict(type='Cutout', magnitude_range=(1, 3), magnitude_level=2), PACK],
     'fixed shape'),
    ([dict(CUTOUT, pad_val=(1, 2, 3)), PACK], 'one value'),
    ([dict(type='PackInputs', algorithm_keys=['mask'])], 'PackInputs'),
])
def test_it_says_what_it_cannot_do(steps, reason):
    with pytest.raises(UsageError, match=reason):
        BatchPipeline(build(*steps), (6, 6))
