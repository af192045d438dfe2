"""Objectives side by side in one Distiller."""
import gc
import weakref

import pytest
import torch
import torch.nn.functional as F
from mmpretrain.models import LinearClsHead
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample

from rd_plugins.models import CifarResNet, Objective
from rd_plugins.utils.errors import UsageError
from tests.helpers.models import classifier_cfg

HYBRID = dict(type='rd_plugins.HybridLoss')
LOGIT = dict(type='rd_plugins.LogitLoss', loss_weight=0.5)
STAGE2 = dict(type='rd_plugins.StageLoss', stage=2)
FEATURE = dict(type='rd_plugins.FeatureLoss')
SIDE = dict(type='rd_plugins.SideLoss', blocks=['layer2.0'], loss_weight=0.3)


def build(objectives, teacher=None, student=None, **kwargs):
    model = MODELS.build(
        dict(
            student or classifier_cfg('none'),
            type='rd_plugins.Distiller',
            teacher=teacher,
            objectives=objectives,
            check_teacher=False,  # a pass more, at first
            **kwargs))
    model.init_weights()
    return model.train()


def count_calls(module):
    calls = []
    module.register_forward_hook(lambda *_: calls.append(1))
    return calls


def test_all_together_run_student_and_teacher_once(teacher_cfg, batch):
    """Five objectives, one pass of each network and one per hybrid."""
    model = build([HYBRID, STAGE2, LOGIT, FEATURE, SIDE], teacher_cfg)
    model.loss(*batch)  # the first batch is checked
    ours = count_calls(model.backbone.conv1)
    theirs = [count_calls(getattr(model.teacher.backbone, name))
              for name in ('conv1', 'layer1', 'layer2', 'layer3')]
    losses = model.loss(*batch)
    assert set(losses) == {
        'loss_cls', 'loss_hybrid1', 'loss_hybrid2', 'hybrid_weight',
        'loss_stage2', 'loss_logit', 'loss_feature', 'loss_side1'
    }
    assert len(ours) == 1
    assert [len(calls) for calls in theirs] == [1, 1, 2, 3]
    sum(v for k, v in losses.items() if 'loss' in k).backward()
    assert all(p.grad is not None for p in model.parameters())


def test_what_is_not_active_is_not_computed(teacher_cfg, batch):
    model = build([STAGE2, LOGIT, HYBRID], teacher_cfg)
    model.loss(*batch)
    last = count_calls(model.backbone.layer3)
    theirs = count_calls(model.teacher.backbone.layer3)
    model.set_objectives(['stage2'])
    assert set(model.loss(*batch)) == {'loss_stage2'}
    assert not last and not theirs
    model.set_objectives(['cls'])
    assert set(model.loss(*batch)) == {'loss_cls'}
    assert last and not theirs
    model.set_objectives(['logit', 'cls'])
    assert list(model.loss(*batch)) == ['loss_cls', 'loss_logit']
    with pytest.raises(UsageError, match="no objective='stage1'; choose"):
        model.set_objectives(['stage1'])


def test_without_objectives_it_is_a_classifier(batch):
    model = build([])
    plain = MODELS.build(classifier_cfg('none')).train()
    plain.load_state_dict(model.state_dict(), strict=True)
    assert torch.equal(
        model.loss(*batch)['loss_cls'], plain.loss(*batch)['loss'])


def test_any_classifier_teaches_any_other_by_its_predictions(tmp_path, batch):
    """A vision transformer, which has no stages, a student without any."""
    teacher = dict(
        type='ImageClassifier',
        backbone=dict(type='VisionTransformer', arch='deit-tiny',
                      img_size=16, patch_size=8),
        head=dict(type='VisionTransformerClsHead', num_classes=5,
                  in_channels=192))
    path = tmp_path / 'vit.pth'
    torch.save(MODELS.build(teacher).state_dict(), path)
    teacher['init_cfg'] = dict(type='Pretrained', checkpoint=str(path))
    model = build([LOGIT], teacher)
    losses = model.loss(*batch)
    logits, soft = model(batch[0]), model.teacher(batch[0], mode='tensor')
    soft = model.teacher.head(model.teacher.extract_feat(batch[0]))
    p, q = (soft / 4).softmax(1), (logits / 4).softmax(1)
    expected = 0.5 * 16 * (p * (p / q).log()).sum() / 6
    assert losses['loss_logit'].item() == pytest.approx(
        expected.item(), rel=1e-4)
    with pytest.raises(UsageError, match='VisionTransformer has no stages'):
        build([HYBRID], teacher)


def test_a_head_with_a_loss_of_its_own(batch):
    head = dict(type='ArcFaceClsHead', num_classes=5, in_channels=16)
    model = build([], student=dict(classifier_cfg('none'), head=head))
    expected = model.head.loss(model.extract_feat(batch[0]), batch[1])
    assert torch.equal(model.loss(*batch)['loss_cls'], expected['loss'])


class TwoLosses(LinearClsHead):

    def loss(self, feats, data_samples, **kwargs):
        found = super().loss(feats, data_samples)['loss']
        return dict(loss_a=found, loss_b=[2 * found, found],
                    share=found.detach())


def test_a_head_with_several_losses(batch):
    MODELS.register_module(name='TwoLosses', module=TwoLosses, force=True)
    head = dict(type='TwoLosses', num_classes=5, in_channels=16)
    model = build([dict(type='rd_plugins.ClassificationLoss',
                        loss_weight=0.5)],
                  student=dict(classifier_cfg('none'), head=head))
    losses = model.loss(*batch)
    torch.testing.assert_close(losses['loss_a'], losses['share'] / 2)
    assert losses['loss_b'] == [2 * losses['loss_a'], losses['loss_a']]


class Joined(torch.nn.Module):
    """The mean over the pixels of all stages, side by side."""

    def forward(self, feats):
        return (torch.cat([each.mean((2, 3)) for each in feats], 1), )


class JoinsTwo(Joined):

    def forward(self, feats):
        return super().forward((feats[0], feats[1]))


@pytest.mark.parametrize('neck', [Joined, JoinsTwo])
def test_a_neck_over_several_stages(teacher_cfg, batch, neck):
    MODELS.register_module(name='Joined', module=neck, force=True)
    student = classifier_cfg('none', out_indices=(1, 2))
    student.update(neck=dict(type='Joined'),
                   head=dict(student['head'], in_channels=24))
    assert 'loss_cls' in build([], student=student).loss(*batch)
    with pytest.raises(UsageError, match='Join.* joins several stages'):
        build([STAGE2], teacher_cfg, student).loss(*batch)


class Watches(Objective):
    """Reads stages, without a teacher."""
    reads_teacher, reads_stages = False, True

    def forward(self, step):
        return dict(loss_watches=step.student.stage(2).pow(2).mean())


class Unfinished(CifarResNet):
    """More than its stages."""

    def forward(self, x):
        return tuple(each.neg() for each in super().forward(x))


def test_stages_are_compared_with_the_backbone_without_a_teacher(batch):
    MODELS.register_module(name='Watches', module=Watches, force=True)
    MODELS.register_module(name='Unfinished', module=Unfinished, force=True)
    watches = dict(type='Watches', name='watches')
    assert 'loss_watches' in build([watches]).loss(*batch)
    student = classifier_cfg('none')
    student['backbone']['type'] = 'Unfinished'
    with pytest.raises(UsageError, match='Unfinished computes something else'):
        build([watches], student=student).loss(*batch)


def test_side_heads_on_any_backbone(batch):
    model = build([SIDE])
    found = model.loss(*batch)['loss_side1']
    x = model.backbone.layer1(
        model.backbone.norm1(model.backbone.conv1(batch[0])).relu())
    x = model.backbone.layer2[0](x)
    side = model.auxiliary.side.heads['side1']
    logits = side.head.fc(side.norm(x).relu().mean((2, 3)))
    expected = 0.3 * F.cross_entropy(logits, torch.arange(6) % 5)
    torch.testing.assert_close(found, expected)


def test_gates_and_a_feature_distance(teacher_cfg, batch):
    """An ε-ResNet learns the features of a network with other blocks."""
    gated = dict(
        classifier_cfg(),
        backbone=dict(type='rd_plugins.EpsilonResNet_CIFAR', depth=20,
                      base_channels=4, epsilon=0.5))
    model = build(
        [dict(FEATURE, paths='plain'), LOGIT,
         dict(type='rd_plugins.SideLoss')], teacher_cfg, gated)
    losses = model.loss(*batch)
    assert model.backbone.gates.steps == 1
    assert set(losses) == {
        'loss_cls', 'loss_feature', 'loss_logit', 'loss_side1'}
    sum(losses.values()).backward()
    assert model.backbone.conv1.weight.grad.any()


class Penalty(Objective):
    """An objective of a user, with a parameter."""
    reads_teacher = False

    def __init__(self):
        super().__init__('penalty')
        self.scale = torch.nn.Parameter(torch.ones(()))

    def forward(self, step):
        return dict(loss_penalty=self.scale * step.student.logits.pow(2).sum())


def test_objectives_of_users_train_beside_the_student(batch):
    MODELS.register_module(name='Penalty', module=Penalty, force=True)
    model = build([dict(type='Penalty')])
    model.loss(*batch)['loss_penalty'].backward()
    assert model.auxiliary.penalty.scale.grad is not None
    assert 'auxiliary.penalty.scale' in model.state_dict()


@pytest.mark.parametrize('objectives, kwargs, message', [
    ([LOGIT, LOGIT], dict(), "Two objectives are called 'logit'"),
    ([dict(type='CrossEntropyLoss')], dict(), 'CrossEntropyLoss is no obje'),
    ([dict(STAGE2, stage=4)], dict(), 'CifarResNet has no stage=4; choose'),
    ([FEATURE], dict(), 'beside 0 HybridLoss'),
    ([dict(LOGIT, name='my_loss')], dict(),
     'called .my_loss.; give another name, without a'),
    ([LOGIT], dict(teacher=None), 'LogitLoss needs a teacher and Distiller'),
    ([], dict(teacher=None, copy_teacher=True), 'but no teacher; give one'),
])
def test_what_does_not_go_together(teacher_cfg, objectives, kwargs, message):
    with pytest.raises(UsageError, match=message):
        build(objectives, **dict(dict(teacher=teacher_cfg), **kwargs))


PREPROCESSOR = dict(mean=[125.0, 123.0, 114.0], std=[51.0, 50.0, 49.0])


@pytest.mark.parametrize('own', [
    dict(mean=[103.5, 116.3, 123.7], std=[57.4, 57.1, 58.4]),
    dict(mean=[127.5] * 3, std=[127.5] * 3, to_rgb=True),
    dict(),
])
def test_a_teacher_reads_images_by_its_own_normalisation(teacher_cfg, own):
    """As if it had been given the pixels itself."""
    pixels = [torch.randint(0, 256, (3, 16, 16), dtype=torch.uint8)] * 2
    model = build(
        [LOGIT], dict(teacher_cfg, data_preprocessor=own),
        data_preprocessor=dict(PREPROCESSOR), fold_teacher=False)
    images = model.data_preprocessor(dict(inputs=pixels))['inputs']
    architecture = model.teacher
    expected = architecture.data_preprocessor(dict(inputs=pixels))['inputs']
    found = model.teacher_holder.normalised(images)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-4)


def test_a_teacher_of_the_same_normalisation_reads_the_same(teacher_cfg):
    for cfg in (teacher_cfg,
                dict(teacher_cfg, data_preprocessor=dict(PREPROCESSOR))):
        model = build([LOGIT], cfg, data_preprocessor=dict(PREPROCESSOR))
        images = torch.randn(1, 3, 4, 4)
        assert model.teacher_holder.normalised(images) is images


def test_a_fold_that_computes_something_else_is_not_used(teacher_cfg, batch):
    model = build([LOGIT], teacher_cfg)
    assert not any('bn' in name for name, module in
                   model.teacher.named_modules()
                   if isinstance(module, torch.nn.BatchNorm2d))
    with torch.no_grad():
        model.teacher_holder._folded.backbone.conv1.weight.mul_(1.01)
    model.loss(*batch)
    assert model.teacher is model.teacher_architecture
    model = build([LOGIT], teacher_cfg)
    model.loss(*batch)
    assert model.teacher is not model.teacher_architecture


def test_a_batch_leaves_memory_with_its_losses(teacher_cfg, batch):
    """No cycle keeps features until Python collects garbage."""
    model = build([HYBRID, STAGE2, LOGIT, FEATURE, SIDE], teacher_cfg)
    model.loss(*batch)
    kept = []
    model.backbone.layer3.register_forward_hook(
        lambda *args: kept.append(weakref.ref(args[-1])))
    model.teacher.backbone.layer3.register_forward_hook(
        lambda *args: kept.append(weakref.ref(args[-1])))
    gc.collect()
    gc.disable()
    try:
        losses = model.loss(*batch)
        sum(v for k, v in losses.items() if 'loss' in k).backward()
        del losses
        assert len(kept) == 4  # student, teacher and two hybrids
        assert not any(reference() is not None for reference in kept)
    finally:
        gc.enable()


def test_what_it_teaches_is_read_by_its_own_normalisation(teacher_cfg):
    """From pixels, by the preprocessors of both."""
    pixels = [torch.randint(0, 256, (3, 16, 16), dtype=torch.uint8)
              for _ in range(6)]
    own = dict(mean=[103.5, 116.3, 123.7], std=[57.4, 57.1, 58.4],
               to_rgb=True)
    model = build([LOGIT], dict(teacher_cfg, data_preprocessor=own),
                  data_preprocessor=dict(PREPROCESSOR), fold_teacher=False)
    samples = [DataSample().set_gt_label(i % 5) for i in range(6)]
    images = model.data_preprocessor(dict(inputs=pixels))['inputs']
    found = model.loss(images, samples)['loss_logit']
    read = model.teacher.data_preprocessor(dict(inputs=pixels))['inputs']
    p = (model.teacher(read) / 4).softmax(1)
    q = (model(images) / 4).softmax(1)
    expected = 0.5 * 16 * (p * (p / q).log()).sum() / 6
    assert found.item() == pytest.approx(expected.item(), rel=1e-4)
