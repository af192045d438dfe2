"""What every distiller keeps to, shown on JointRD."""
from copy import deepcopy

import pytest
import torch
from mmengine.model import BaseModel, ExponentialMovingAverage
from mmengine.optim import OptimWrapper
from mmpretrain.registry import MODELS

from rd_plugins.models import CifarResNet
from rd_plugins.utils.errors import UsageError
from tests.helpers.models import classifier_cfg


def build(teacher_cfg, **kwargs):
    model = MODELS.build(
        dict(
            classifier_cfg('none'),
            type='rd_plugins.JointRD',
            teacher=teacher_cfg,
            **kwargs))
    model.init_weights()
    return model


def test_its_checkpoint_is_the_plain_networks(teacher_cfg, batch):
    model = build(teacher_cfg)
    plain = MODELS.build(classifier_cfg('none'))
    plain.load_state_dict(model.state_dict(), strict=True)
    inputs, _ = batch
    plain.eval(), model.eval()
    assert torch.equal(plain(inputs), model(inputs))
    ours, theirs = (network.predict(inputs) for network in (model, plain))
    for a, b in zip(ours, theirs):
        assert torch.equal(a.pred_score, b.pred_score)


def test_the_teacher_is_no_part_of_it(teacher_cfg):
    model = build(teacher_cfg)
    plain = MODELS.build(classifier_cfg('none'))
    for names in ('named_parameters', 'named_buffers', 'named_modules'):
        ours, theirs = (
            {name for name, _ in getattr(network, names)()
             if not name.startswith('auxiliary')}
            for network in (model, plain))
        assert ours == theirs


def test_training_leaves_the_teacher_bit_identical(teacher_cfg, batch):
    model = build(teacher_cfg)
    before = deepcopy(model.teacher.state_dict())
    optimizer = OptimWrapper(torch.optim.SGD(model.parameters(), lr=0.1))
    student = deepcopy(model.state_dict())
    inputs, samples = batch
    for _ in range(3):
        model.train()
        assert not any(m.training for m in model.teacher.modules())
        model.train_step(dict(inputs=inputs, data_samples=samples), optimizer)
    for key, value in model.teacher.state_dict().items():
        assert torch.equal(value, before[key]), key
    assert all(p.grad is None for p in model.teacher.parameters())
    assert not torch.equal(student['backbone.conv1.weight'],
                           model.state_dict()['backbone.conv1.weight'])


def test_an_average_of_it_is_an_average_of_the_student(teacher_cfg):
    model = build(teacher_cfg)
    average = ExponentialMovingAverage(model, momentum=0.5)
    assert average.module.teacher is model.teacher
    assert not any('teacher' in key for key in average.state_dict())


def test_the_teacher_follows_to_another_precision(teacher_cfg):
    model = build(teacher_cfg).double()
    assert model.teacher.backbone.conv1.weight.dtype == torch.double
    model.to(memory_format=torch.channels_last)
    assert model.teacher.backbone.layer1[0].conv1.weight.is_contiguous(
        memory_format=torch.channels_last)


def test_a_copy_leaves_the_teacher_where_it_is(teacher_cfg, batch):
    """An average on another device, or a copy whose operations are counted."""
    model = build(teacher_cfg)
    copy = deepcopy(model).double()
    assert copy.backbone.conv1.weight.dtype == torch.double
    assert model.teacher.backbone.conv1.weight.dtype == torch.float
    assert model.loss(*batch)
    model.double()
    assert copy.teacher.backbone.conv1.weight.dtype == torch.double


@pytest.mark.parametrize('part', [None, 'backbone', 'head'])
def test_two_starts_are_refused(teacher_cfg, part):
    cfg = dict(classifier_cfg('none'), type='rd_plugins.Distiller',
               teacher=teacher_cfg, copy_teacher=True)
    owner = cfg if part is None else cfg[part]
    owner['init_cfg'] = [dict(type='Pretrained', checkpoint='student.pth')]
    with pytest.raises(UsageError, match='student.pth.*copy_teacher=False'):
        MODELS.build(cfg)
    MODELS.build(dict(cfg, copy_teacher=False))


def test_copied_weights_need_the_normalisation_that_they_know(teacher_cfg):
    own = dict(mean=[103.5, 116.3, 123.7], std=[57.4, 57.1, 58.4])
    cfg = dict(classifier_cfg('none'), type='rd_plugins.Distiller',
               copy_teacher=True,
               teacher=dict(teacher_cfg, data_preprocessor=dict(own)))
    other = dict(own, std=[1.0, 1.0, 1.0])
    with pytest.raises(UsageError, match='normalises images in another way'):
        MODELS.build(dict(cfg, data_preprocessor=other))
    MODELS.build(dict(cfg, data_preprocessor=other, copy_teacher=False))
    MODELS.build(dict(cfg, data_preprocessor=own))


@pytest.mark.parametrize('swaps', [True, False])
def test_a_self_supervised_teacher_sees_its_own_channels(tmp_path, swaps):
    """Its preprocessor has another name for what turns BGR into RGB."""
    own = dict(mean=[103.5, 116.3, 123.7], std=[57.4, 57.1, 58.4])
    teacher = dict(
        type='SimCLR',
        backbone=classifier_cfg()['backbone'],
        neck=dict(type='NonLinearNeck', in_channels=16, hid_channels=8,
                  out_channels=8, num_layers=2, with_avg_pool=True),
        head=dict(type='ContrastiveHead', loss=dict(type='CrossEntropyLoss')),
        data_preprocessor=dict(own, type='SelfSupDataPreprocessor',
                               to_rgb=swaps))
    alone = MODELS.build(teacher)
    path = str(tmp_path / 'teacher.pth')
    torch.save(dict(state_dict=alone.state_dict()), path)
    model = MODELS.build(dict(
        classifier_cfg('none'), type='rd_plugins.Distiller',
        data_preprocessor=dict(own, to_rgb=True),
        teacher=dict(teacher, init_cfg=dict(
            type='Pretrained', checkpoint=path)),
        objectives=[dict(type='rd_plugins.StageLoss', stage=1)]))
    images = torch.randint(0, 256, (2, 3, 4, 4), dtype=torch.uint8)
    raw = dict(inputs=images, data_samples=None)
    seen, expected = (preprocess(dict(raw))['inputs']
                      for preprocess in (model.data_preprocessor,
                                         alone.data_preprocessor))
    torch.testing.assert_close(model.teacher_holder.normalised(seen), expected)


def test_a_teacher_without_a_backbone(teacher_cfg):
    """As MMPretrain's wrappers of whole networks of timm are."""

    class Wrapper(BaseModel):

        def forward(self, inputs):
            return inputs

    with pytest.raises(UsageError, match='Wrapper has no backbone'):
        build(dict(type=Wrapper, init_cfg=teacher_cfg['init_cfg']))


def test_different_numbers_of_stages_are_refused(teacher_cfg):
    cfg = dict(
        classifier_cfg('none', num_stages=2, strides=(1, 2),
                       dilations=(1, 1), out_indices=(1, )),
        type='rd_plugins.JointRD',
        teacher=teacher_cfg)
    with pytest.raises(UsageError, match='student has 2 stages.*teacher 3'):
        MODELS.build(cfg)


def test_different_shapes_are_refused_on_the_first_batch(teacher_cfg, batch):
    student = classifier_cfg('none', strides=(1, 1, 2))
    model = MODELS.build(
        dict(student, type='rd_plugins.JointRD', teacher=teacher_cfg))
    model.init_weights()
    with pytest.raises(
            UsageError,
            match=r'Stage 2 puts out \(8, 16, 16\).*student and \(8, 8, 8\)'):
        model.loss(*batch)


@pytest.mark.parametrize('method', [
    dict(type='rd_plugins.JointRD'),
    dict(type='rd_plugins.LogitDistiller'),
    dict(type='rd_plugins.Distiller', copy_teacher=True),
    dict(type='rd_plugins.Distiller', co_train_teacher=True),
], ids=lambda method: str(list(method.values())))
def test_the_teacher_has_the_classes_of_the_student(teacher_cfg, method):
    """They are named once; weights for other classes are refused."""
    student = classifier_cfg('none')
    student['head']['num_classes'] = 7
    model = MODELS.build(dict(student, **method, teacher=teacher_cfg))
    assert model.teacher_architecture.head.num_classes == 7
    assert teacher_cfg['head']['num_classes'] == 5
    if 'co_train_teacher' not in method:
        with pytest.raises(UsageError, match='5 classes apart and the stud'):
            model.init_weights()


def test_stages_alone_may_come_from_other_classes(teacher_cfg):
    student = classifier_cfg('none')
    student['head']['num_classes'] = 7
    model = MODELS.build(dict(
        student, type='rd_plugins.Distiller', teacher=teacher_cfg,
        objectives=[dict(type='rd_plugins.StageLoss', stage=1)]))
    model.init_weights()
    assert model.teacher.head.num_classes == 5


def test_channels_are_compared(teacher_cfg, batch):
    model = MODELS.build(
        dict(
            classifier_cfg('none', in_channels=1),
            type='rd_plugins.JointRD',
            teacher=teacher_cfg))
    model.init_weights()
    with pytest.raises(UsageError, match='images have 1 channels.*reads 3'):
        model.loss(batch[0][:, :1], batch[1])


class SecondConvFirst(CifarResNet):
    """Declares a convolution before the one that reads the images."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        parts = dict(self._modules)
        self._modules.clear()
        self.first = torch.nn.Conv2d(8, 8, 1)
        self._modules.update(parts)


def test_channels_are_those_of_what_reads_the_images(teacher_cfg, batch):
    MODELS.register_module(
        name='SecondConvFirst', module=SecondConvFirst, force=True)
    teacher = deepcopy(teacher_cfg)
    teacher['backbone']['type'] = 'SecondConvFirst'
    network = MODELS.build(teacher)
    path = teacher['init_cfg']['checkpoint']
    torch.save(network.state_dict(), path)
    model = MODELS.build(dict(
        classifier_cfg('none'), type='rd_plugins.LogitDistiller',
        teacher=teacher, check_teacher=False))
    model.init_weights()
    assert 'loss_logit' in model.loss(*batch)


def test_heads_and_backbones_that_cannot_be_used(teacher_cfg):
    cfg = dict(
        classifier_cfg('none'), type='rd_plugins.JointRD', teacher=teacher_cfg)
    with pytest.raises(UsageError, match='JointRD has no head'):
        MODELS.build(dict(cfg, head=None))
    arcface = dict(type='ArcFaceClsHead', num_classes=5, in_channels=16)
    with pytest.raises(UsageError, match='student has the head ArcFaceClsH'):
        MODELS.build(dict(cfg, head=arcface))
    with pytest.raises(UsageError, match='HRNet has no stages that are known'):
        MODELS.build(dict(cfg, backbone=dict(type='HRNet', arch='w18')))
    with pytest.raises(UsageError, match='Distiller has no head'):
        MODELS.build(dict(cfg, type='rd_plugins.Distiller', head=None))
