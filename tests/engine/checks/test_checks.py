"""What the checks look at; the refusals themselves are in wrong_inputs."""
import random
from contextlib import nullcontext
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import BaseDataset, Compose, ConcatDataset, RepeatDataset
from mmengine.optim import OptimWrapper
from mmpretrain.registry import DATASETS, MODELS, TRANSFORMS

from rd_plugins.engine.checks import (check_config, data_checks,
                                      epsilon_checks, number_checks)
from rd_plugins.engine.checks.data_checks import (NamedPipeline, _check_crop,
                                                  name_images, plain_datasets,
                                                  random_numbers_kept)
from rd_plugins.engine.hooks import EpsilonScheduleHook
from rd_plugins.engine.launch import check_training
from rd_plugins.engine.schedulers import RestartMultiStepLR
from rd_plugins.utils.errors import UsageError
from tests.helpers.runs import (epsilon_cfg, fading_cfg, small_cfg, staged_cfg,
                                train)

GOOD = dict(model=dict(type='ImageClassifier'), work_dir='w')


@pytest.mark.parametrize('variable', [
    'train_pipeline', 'test_pipeline', 'dataset_type', 'bs', 'stages',
    'data_preprocessor', 'auto_scale_lr', 'max_epochs', 'compile', 'sync_bn'
])
def test_variables_of_configs_are_allowed(variable):
    check_config(Config({**GOOD, variable: 1}))


@pytest.mark.parametrize('changes, words', [
    (dict(optim_wraper=1), "did you mean 'optim_wrapper'"),
    (dict(train_dataloder=1), "did you mean 'train_dataloader'"),
    (dict(model_wraper_cfg=1), "did you mean 'model_wrapper_cfg'"),
    (dict(model=None), 'model=None'),
    (dict(model=dict()), 'model={}'),
    (dict(work_dir=None), 'work_dir=None'),
])
def test_configs_are_refused(changes, words):
    with pytest.raises(UsageError, match=words):
        check_config(Config({**GOOD, **changes}))


def test_optimizers_whose_options_are_no_rates():
    """Adafactor's eps are two numbers, the first of them None."""
    optimizer = torch.optim.Adafactor(torch.nn.Linear(1, 1).parameters())
    runner = SimpleNamespace(optim_wrapper=OptimWrapper(optimizer))
    number_checks._optimizer(runner)
    optimizer.param_groups[0]['lr'] = -1.0
    with pytest.raises(UsageError, match='Adafactor has lr=-1.0'):
        number_checks._optimizer(runner)


def images(count=2, **options):
    return DATASETS.build(dict(
        type='rd_plugins.RandomImages', images=count, size=8,
        pipeline=[dict(type='PackInputs')], **options))


def test_data_sets_inside_others():
    one, two = images(), images()
    assert list(plain_datasets(ConcatDataset([one, two]))) == [one, two]
    assert list(plain_datasets(RepeatDataset(one, 2))) == [one]


def test_a_named_pipeline_is_the_same_pipeline():
    data = images()
    before = data[0]['inputs']
    transforms = data.pipeline.transforms
    name_images(data)
    assert type(data.pipeline) is NamedPipeline
    assert data.pipeline.transforms is transforms
    assert torch.equal(data[0]['inputs'], before)


def test_a_broken_image_is_named():
    pipeline = NamedPipeline(Compose([lambda data: data['absent']]))
    with pytest.raises(UsageError, match=r"fails on a\.png: 'absent'"):
        pipeline(dict(img_path='a.png'))
    with pytest.raises(UsageError, match='fails on image 7'):
        pipeline(dict(sample_idx=7))


def looked_at(dataset):
    data_checks._first_image(SimpleNamespace(
        train_dataloader=SimpleNamespace(dataset=dataset)))


def test_transforms_of_torchvision():
    """On the way through them an image has no shape."""
    looked_at(DATASETS.build(dict(
        type='rd_plugins.RandomImages', images=1, size=8, pipeline=[
            dict(type='NumpyToPIL', to_rgb=True),
            dict(type='torchvision/RandomRotation', degrees=10),
            dict(type='PILToNumpy', to_bgr=True), dict(type='PackInputs')])))


@DATASETS.register_module(force=True)
class ReadsLate(BaseDataset):
    """Reads its image when it is asked for a sample."""

    def load_data_list(self):
        return [dict(gt_label=0)]

    def prepare_data(self, idx):
        return self.pipeline(dict(
            self.get_data_info(idx), img=np.zeros((8, 8, 3), np.uint8)))


def test_a_data_set_that_reads_in_its_own_way():
    crop = dict(type='RandomCrop', crop_size=4)
    pack = dict(type='PackInputs')
    looked_at(DATASETS.build(dict(type='ReadsLate', pipeline=[crop, pack])))
    with pytest.raises(UsageError, match='PackInputs'):
        looked_at(DATASETS.build(dict(type='ReadsLate', pipeline=[crop])))


@pytest.mark.parametrize('classes, words', [
    (10, None), (None, 'num_classes=None where the head has 10'),
    (100, 'num_classes=100 where the head has 10')])
def test_mixed_images_need_the_number_of_classes(run_dir, classes, words):
    """As in MMPretrain's recipes, with two kinds of mixing and theirs odds.

    What is built twice has both odds twice.
    """
    cfg = small_cfg(run_dir, **{
        'data_preprocessor.num_classes': classes, 'train_cfg.max_epochs': 1})
    cfg.model = dict(
        cfg.model.teacher, init_cfg=None, train_cfg=dict(
            augments=[dict(type='Mixup', alpha=0.8),
                      dict(type='CutMix', alpha=1.0)], probs=[0.5, 0.3]))
    with nullcontext() if words is None else pytest.raises(
            UsageError, match=words):
        check_training(cfg)
        train(cfg)


def test_looking_at_an_image_draws_no_random_number():

    def draw():
        return random.random(), np.random.rand(), torch.rand(1).item()

    for seed in (random.seed, np.random.seed, torch.manual_seed):
        seed(0)
    expected = draw()
    for seed in (random.seed, np.random.seed, torch.manual_seed):
        seed(0)
    with random_numbers_kept():
        draw()
    assert draw() == expected


@pytest.mark.parametrize('make', [
    small_cfg, epsilon_cfg, fading_cfg, staged_cfg])
def test_methods_of_the_demo_pass(make, run_dir):
    """Nothing that is meant is refused, and a step has been trained."""
    runner = train(make(run_dir / 'w'))
    hook, = [hook for hook in runner.hooks
             if type(hook).__name__ == 'RunCheckHook']
    assert hook.has_begun


def test_a_schedule_that_ends_with_the_run_passes(run_dir):
    hooks = [dict(type='rd_plugins.DeadBlockHook'),
             dict(type='rd_plugins.EpsilonScheduleHook', schedule='linear',
                  begin=0, end=2)]
    runner = train(epsilon_cfg(run_dir, custom_hooks=hooks))
    assert any(isinstance(hook, EpsilonScheduleHook) for hook in runner.hooks)


def test_a_rate_that_is_not_scaled(run_dir):
    scaled = dict(auto_scale_lr=dict(enable=True, base_batch_size=8))
    cfg = small_cfg(run_dir, **scaled)
    cfg.param_scheduler = dict(type='MultiStepLR', milestones=[1])
    check_training(cfg)
    cfg.param_scheduler = dict(type='OneCycleLR', eta_max=0.1)
    check_config(cfg)  # of a test
    with pytest.raises(UsageError, match='no effect on OneCycleLR'):
        check_training(cfg)


@pytest.mark.parametrize('make, again, words', [
    (small_cfg, 'layer3', None),
    (epsilon_cfg, 'layer3',
     'StrictIdentity in one of .*layer3.*; take that out.$'),
    (epsilon_cfg, 'conv1', None)])
def test_what_is_computed_again_is_not_read(run_dir, make, again, words):
    cfg = make(run_dir, **{'train_cfg.max_epochs': 1},
               activation_checkpointing=[f'backbone.{again}'])
    cfg.param_scheduler = []
    with nullcontext() if words is None else pytest.raises(
            UsageError, match=words):
        train(cfg)


@pytest.mark.parametrize('again, words', [
    ('layer3', 'ReLU in one of'), ('layer1', None)])
def test_features_are_read_outside_of_it(run_dir, again, words):
    cfg = small_cfg(run_dir, **{'train_cfg.max_epochs': 1},
                    activation_checkpointing=[f'backbone.{again}'])
    cfg.model.feature_loss = dict(type='rd_plugins.MarginLoss')
    with nullcontext() if words is None else pytest.raises(
            UsageError, match=words):
        train(cfg)


BUFFERS = dict(type='EMAHook', update_buffers=True)
DEATHS = dict(type='rd_plugins.DeadBlockHook')


@pytest.mark.parametrize('make, hooks, backbone, words', [
    (fading_cfg, [BUFFERS], {}, 'EMAHook has update_buffers=True'),
    (epsilon_cfg, [DEATHS, BUFFERS], {}, 'EMAHook has update_buffers=True'),
    (fading_cfg, [dict(type='EMAHook', begin_epoch=9)], {},
     'EMAHook has begin_epoch=9, and the run ends after 4; .* by --epochs'),
    (epsilon_cfg, [DEATHS], dict(epsilon=0), 'DeadBlockHook is there, but '
     'with epsilon=0 no gate of EpsilonResNet_CIFAR ever closes'),
    (epsilon_cfg,
     [dict(type='rd_plugins.EpsilonScheduleHook', schedule='step')],
     dict(epsilon=0), 'EpsilonScheduleHook is there, but'),
    (epsilon_cfg, [dict(DEATHS, end=2)], dict(eval_gates='dynamic'),
     "eval_gates='dynamic'; leave that out"),
])
def test_methods_that_would_not_act(run_dir, make, hooks, backbone, words):
    cfg = make(run_dir, custom_hooks=hooks)
    cfg.model.backbone.update(backbone)
    cfg.param_scheduler = []
    with pytest.raises(UsageError, match=words):
        train(cfg)


RESTARTS = dict(type='rd_plugins.RestartMultiStepLR', milestones=[1],
                factors=[0.1], restart_milestones=[1], tail=0)


@pytest.mark.parametrize('schedulers, words', [
    ([dict(RESTARTS, tail=3)], 'restarts no more in the last 3 epochs'),
    ([dict(type='LinearLR', begin=0, end=2, convert_to_iter_based=True),
      RESTARTS], 'LinearLR changes the learning rate until epoch 2, and'),
])
def test_schedules_that_would_not_act(run_dir, schedulers, words):
    cfg = epsilon_cfg(run_dir)
    cfg.param_scheduler = schedulers
    with pytest.raises(UsageError, match=words):
        train(cfg)


@pytest.mark.parametrize('backbone', [
    dict(type='rd_plugins.EpsilonResNet_CIFAR', depth=8),
    dict(type='rd_plugins.GatedResNet', depth=18)])
def test_a_network_without_gates_may_inherit_restarts(backbone):
    backbone = MODELS.build(dict(backbone, gate=False))
    runner = SimpleNamespace(
        model=SimpleNamespace(backbone=backbone), hooks=[],
        param_schedulers=[RestartMultiStepLR(
            torch.optim.SGD(backbone.parameters(), 0.1), milestones=[1],
            factors=[0.1], restart_milestones=[1], tail=0)])
    epsilon_checks._restarts_have_a_cause(runner)


def test_restarts_go_by_epochs(run_dir):
    cfg = small_cfg(run_dir / 'w', **{'train_dataloader.num_workers': 0})
    cfg.train_cfg = dict(by_epoch=False, max_iters=4, val_interval=4)
    cfg.param_scheduler = dict(type='rd_plugins.RestartMultiStepLR',
                               milestones=[1], factors=[0.1])
    with pytest.raises(UsageError, match='RestartMultiStepLR works by epochs'):
        train(cfg)


def test_a_rate_that_only_restarts_has_no_milestones(run_dir):
    cfg = epsilon_cfg(run_dir, custom_hooks=[DEATHS])
    cfg.param_scheduler = dict(RESTARTS, milestones=[], factors=[],
                               restart_factors=[0.1])
    runner = train(cfg)
    assert runner.epoch == runner.max_epochs


def test_checkpoints_are_at_the_ends_of_epochs(run_dir):
    cfg = small_cfg(run_dir / 'w', **{
        'default_hooks.checkpoint.by_epoch': False})
    with pytest.raises(UsageError, match='within an epoch'):
        train(cfg)


def test_branches_that_begin_with_zeros_never_learn(run_dir):
    cfg = epsilon_cfg(run_dir)
    cfg.model.type = 'ImageClassifier'
    cfg.model.head.in_channels = 32
    cfg.model.backbone = dict(
        type='rd_plugins.GatedResNet_CIFAR', depth=18, epsilon=0.5,
        in_channels=1, base_channels=4, stem_channels=4)
    with pytest.raises(UsageError, match='GatedResNet_CIFAR begin with a resp'
                       'onse of 0, .*zero_init_residual=False'):
        train(cfg)
    cfg.model.backbone.zero_init_residual = False
    train(cfg)


@pytest.mark.parametrize('kind, size, fits', [
    ('CenterCrop', (20, 10), True), ('RandomCrop', (10, 20), True),
    ('CenterCrop', (40, 10), False), ('RandomCrop', (10, 40), False)])
def test_crops_take_width_and_height_as_they_do(kind, size, fits):
    """MMCV's CenterCrop has (W, H), MMPretrain's RandomCrop (H, W)."""
    crop = TRANSFORMS.build(dict(type=kind, crop_size=size))
    image = crop(dict(img=np.zeros((32, 32, 3), np.uint8)))['img']
    with nullcontext() if fits else pytest.raises(
            UsageError, match=f'{kind} has crop_size'):
        _check_crop(crop, image)
