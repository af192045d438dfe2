"""Students and teachers of other families: train, save, test as plain."""
import logging
from copy import deepcopy
from uuid import uuid4

import pytest
import torch
from mmengine.config import Config
from mmpretrain.registry import MODELS

from rd_plugins.engine.launch import build_runner
from rd_plugins.utils.checkpoint_file import read_checkpoint
from rd_plugins.utils.errors import UsageError

NARROW = dict(base_channels=8, stem_channels=8)
PLAIN50 = dict(type='rd_plugins.PlainResNet', depth=50)
# A student's and its teacher's backbone, and the channels that they put out
PAIRS = dict(
    RegNet=(dict(type='RegNet', arch='regnetx_400mf'), None, 384),
    RepVGG=(dict(type='RepVGG', arch='A0'), None, 1280),
    VGG=(dict(type='VGG', depth=11, norm_cfg=dict(type='BN')), None, 512),
    MobileNetV2=(dict(type='MobileNetV2', widen_factor=0.25), None, 1280),
    MobileNetV3=(dict(type='MobileNetV3', arch='small'), None, 576),
    ConvNeXt=(dict(type='ConvNeXt', arch=dict(
        depths=[1, 1, 2, 1], channels=[8, 16, 24, 32])), None, 32),
    ResNeXt=(PLAIN50, dict(type='ResNeXt', depth=50, groups=2,
                           width_per_group=4), 2048),
    SEResNet=(dict(PLAIN50, **NARROW),
              dict(type='SEResNet', depth=50, se_ratio=4, **NARROW), 256),
    ResNeSt=(dict(PLAIN50, **NARROW),
             dict(type='ResNeSt', depth=50, **NARROW), 256),
    Res2Net=(PLAIN50, dict(type='Res2Net', depth=50, scales=4, base_width=4),
             2048),
)
PAIRS['plain to ε'] = (
    dict(type='rd_plugins.EpsilonResNet', depth=18, base_channels=8),
    dict(type='ResNet', depth=18, **NARROW), 64)
STAGED = [
    dict(type='rd_plugins.HybridLoss'),
    dict(type='rd_plugins.StageLoss', stage=2),
    dict(type='rd_plugins.LogitLoss'),
]


def classifier(backbone, channels):
    return dict(
        type='ImageClassifier', backbone=backbone,
        neck=None if backbone['type'] == 'ConvNeXt' else dict(
            type='GlobalAveragePooling'),
        head=dict(type='LinearClsHead', num_classes=5, in_channels=channels))


def distillation(folder, student, teacher, objectives):
    """The config's model, and its student alone; the teacher is random."""
    path = str(folder / 'teacher.pth')
    network = MODELS.build(deepcopy(teacher))
    torch.save(network.state_dict(), path)
    teacher = dict(teacher, init_cfg=dict(type='Pretrained', checkpoint=path))
    return dict(student, type='rd_plugins.Distiller', teacher=teacher,
                objectives=objectives)


def run_cfg(folder, model):
    loader = dict(
        batch_size=4, num_workers=0,
        sampler=dict(type='DefaultSampler', shuffle=False),
        dataset=dict(type='rd_plugins.RandomImages', images=4, size=64,
                     num_classes=5, pipeline=[dict(type='PackInputs')]))
    return Config(dict(
        default_scope='mmpretrain', launcher='none', work_dir=str(folder),
        experiment_name=uuid4().hex, model=model,
        data_preprocessor=dict(mean=[127.5] * 3, std=[127.5] * 3,
                               num_classes=5),
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.01)),
        train_cfg=dict(by_epoch=True, max_epochs=1), test_cfg=dict(),
        train_dataloader=loader, test_dataloader=loader,
        test_evaluator=dict(type='Accuracy', topk=(1, )),
        default_hooks=dict(fade=dict(type='rd_plugins.FadeHook')),
        log_level=logging.ERROR))


def train_and_test_as_plain(folder, model, student):
    runner = build_runner(run_cfg(folder / 'train', deepcopy(model)))
    runner.train()
    losses = {key for key in runner.message_hub.log_scalars
              if key.startswith('train/loss_')}
    cfg = run_cfg(folder / 'test', deepcopy(student))
    checkpoint = read_checkpoint(folder / 'train/epoch_1.pth')['state_dict']
    weights = {key: value for key, value in checkpoint.items()
               if not key.startswith('auxiliary.')}
    MODELS.build(deepcopy(student)).load_state_dict(weights, strict=True)
    cfg.load_from = str(folder / 'train/epoch_1.pth')
    assert 'accuracy/top1' in build_runner(cfg).test()
    return losses


@pytest.mark.parametrize('name', PAIRS)
def test_stages_of_other_families(run_dir, name):
    """Hybrids, a stage and predictions, wherever shapes meet."""
    ours, theirs, channels = PAIRS[name]
    objectives = deepcopy(STAGED)
    if name == 'plain to ε':  # not activated between the stages, and no pairs
        objectives = objectives[2:] + [dict(type='rd_plugins.SideLoss')]
    student, teacher = (classifier(backbone, channels)
                        for backbone in (ours, theirs or ours))
    model = distillation(run_dir, student, teacher, objectives)
    losses = train_and_test_as_plain(run_dir, model, student)
    expected = {'train/loss_cls', 'train/loss_logit'}
    expected |= {'train/loss_side1'} if name == 'plain to ε' else {
        'train/loss_hybrid1', 'train/loss_stage2'}
    assert expected <= losses


def test_predictions_teach_across_families(run_dir):
    """A transformer teaches a MobileNet; neither has the other's stages."""
    student = classifier(*PAIRS['MobileNetV3'][::2])
    teacher = dict(
        type='ImageClassifier',
        backbone=dict(type='VisionTransformer', arch='deit-tiny', img_size=64),
        head=dict(type='VisionTransformerClsHead', num_classes=5,
                  in_channels=192))
    model = distillation(run_dir, student, teacher, STAGED[2:])
    losses = train_and_test_as_plain(run_dir, model, student)
    assert losses == {'train/loss_cls', 'train/loss_logit'}


@pytest.mark.parametrize('ours, theirs, message', [
    ('MobileNetV2', 'RegNet', 'student has 8 stages and the teacher 4, and '
     'HybridLoss pairs them'),
    ('RepVGG', 'RegNet', 'Stage 1 puts out .48, 16, 16. .* student and '
     '.32, 16, 16. in the teacher'),
])
def test_pairs_that_cannot_work_say_why(run_dir, ours, theirs, message):
    student, teacher = (classifier(*PAIRS[name][::2])
                        for name in (ours, theirs))
    model = distillation(run_dir, student, teacher, deepcopy(STAGED))
    with pytest.raises(UsageError, match=message):
        build_runner(run_cfg(run_dir / 'train', model)).train()
