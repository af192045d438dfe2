import numpy as np
import pytest
import torch
from mmengine.dataset import COLLATE_FUNCTIONS, DefaultSampler, pseudo_collate
from mmengine.runner import Runner
from mmpretrain.datasets import BaseDataset
from mmpretrain.registry import DATASETS

from rd_plugins.datasets import DeviceLoader
from rd_plugins.utils.errors import UsageError


@DATASETS.register_module()
class Pictures(BaseDataset):
    """Images whose pixels are their number."""

    METAINFO = dict(classes=list('abcde'))

    def __init__(self, samples=None, **kwargs):
        self.samples = samples
        super().__init__(ann_file='', **kwargs)

    def load_data_list(self):
        return self.samples or [
            dict(img=np.full((4, 4, 3), i, np.uint8), gt_label=i % 5)
            for i in range(21)
        ]


@DATASETS.register_module()
class Sevens(Pictures):
    """Changes its samples itself."""

    def prepare_data(self, idx):
        sample = super().prepare_data(idx)
        sample['data_samples'].set_gt_label(3)
        return sample


@DATASETS.register_module()
class Shifted(Pictures):

    def __getitem__(self, idx):
        return super().__getitem__((idx + 1) % len(self))


@COLLATE_FUNCTIONS.register_module()
def first_of_all(samples):
    return pseudo_collate(samples[:1])


def stock_loader(pipeline=None, drop_last=False, type='Pictures',
                 collate='pseudo_collate', **dataset):
    return Runner.build_dataloader(
        dict(
            batch_size=6,
            num_workers=0,
            drop_last=drop_last,
            collate_fn=dict(type=collate),
            dataset=dict(
                type=type,
                pipeline=pipeline or [dict(type='PackInputs')],
                **dataset),
            sampler=dict(type='DefaultSampler', shuffle=True)),
        seed=3)


def epoch(loader, number):
    loader.batch_sampler.sampler.set_epoch(number)
    inputs, labels = [], []
    for batch in loader:
        images = batch['inputs']
        inputs.append(
            torch.stack(images) if isinstance(images, list) else images)
        labels.append(
            torch.cat([sample.gt_label for sample in batch['data_samples']]))
    return inputs, labels


@pytest.mark.parametrize('one_sample', [True, False])
@pytest.mark.parametrize('drop_last', [True, False])
def test_same_batches_as_the_stock_loader(one_sample, drop_last):
    stock = stock_loader(drop_last=drop_last)
    ours = DeviceLoader(stock, 'cpu', one_sample)
    assert len(ours) == len(stock) == 3 + (not drop_last)
    assert ours.dataset.metainfo['classes'] == list('abcde')
    for number in range(2):
        for mine, theirs in zip(epoch(ours, number), epoch(stock, number)):
            assert len(mine) == len(theirs)
            assert all(torch.equal(a, b) for a, b in zip(mine, theirs))
    assert not torch.equal(
        torch.cat(epoch(ours, 0)[0]), torch.cat(epoch(ours, 1)[0]))


def test_every_process_has_its_own_share():
    stock = stock_loader()
    seen = []
    for rank in range(2):
        sampler = stock.batch_sampler.sampler
        sampler.rank, sampler.world_size = rank, 2
        sampler.num_samples, sampler.total_size = 11, 22
        seen.append(torch.cat(epoch(DeviceLoader(stock, 'cpu'), 0)[0]))
    together = torch.cat(seen)[:, 0, 0, 0]
    assert len(seen[0]) == len(seen[1]) == 11
    assert set(together.tolist()) == set(range(21))


def test_the_seed_decides_the_augmentation():
    pictures = [
        dict(img=np.arange(48, dtype=np.uint8).reshape(4, 4, 3), gt_label=0)
    ] * 21
    crop = dict(type='RandomCrop', crop_size=4, padding=2)
    loader = DeviceLoader(
        stock_loader([crop, dict(type='PackInputs')], samples=pictures), 'cpu')

    def draw(*entropy):
        loader.seed(*entropy)
        return torch.cat(epoch(loader, 0)[0])

    assert torch.equal(draw(1, 2), draw(1, 2))
    assert not torch.equal(draw(1, 2), draw(2, 1))


def test_grey_images_get_a_channel():
    grey = [dict(img=np.zeros((4, 4), np.uint8), gt_label=0)] * 6
    loader = DeviceLoader(stock_loader(samples=grey), 'cpu')
    assert next(iter(loader))['inputs'].shape == (6, 1, 4, 4)


@pytest.mark.parametrize('sample, reason', [
    (dict(img_path='a.png', gt_label=0), 'in memory'),
    (dict(img=np.zeros((4, 4, 3), np.float32), gt_label=0), 'in memory'),
    (dict(img=np.zeros((4, 4, 3), np.uint8), gt_label=[0, 1]), 'one label'),
    (dict(img=np.zeros((4, 4, 3), np.uint8)), 'one label'),
])
def test_it_says_what_it_cannot_hold(sample, reason):
    with pytest.raises(UsageError, match=f'Pictures.*{reason}'):
        DeviceLoader(stock_loader(samples=[sample]), 'cpu')


def test_images_of_two_sizes():
    samples = [
        dict(img=np.zeros((size, 4, 3), np.uint8), gt_label=0)
        for size in (4, 5)
    ]
    with pytest.raises(UsageError, match='2 sizes'):
        DeviceLoader(stock_loader(samples=samples), 'cpu')


@pytest.mark.parametrize('options, reason', [
    (dict(type='Sevens'), 'Sevens has a prepare_data of its own'),
    (dict(type='Shifted'), 'Shifted has a __getitem__ of its own'),
    (dict(collate='first_of_all'), 'collate_fn of its own, first_of_all')])
def test_what_a_user_does_to_samples_is_not_passed_over(options, reason):
    with pytest.raises(UsageError, match=reason):
        DeviceLoader(stock_loader(**options), 'cpu')
    DeviceLoader(stock_loader(collate='default_collate'), 'cpu')


def test_other_datasets():
    data = torch.utils.data.TensorDataset(torch.zeros(4, 2))
    stock = torch.utils.data.DataLoader(
        data, sampler=DefaultSampler(data), batch_size=2)
    with pytest.raises(UsageError, match='TensorDataset'):
        DeviceLoader(stock, 'cpu')
