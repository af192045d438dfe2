from copy import deepcopy

import pytest
import torch
from mmengine.model import ExponentialMovingAverage
from mmpretrain.registry import MODELS

from rd_plugins.models import FrozenTeacher, JointRD
from rd_plugins.utils.errors import UsageError
from tests.helpers.models import classifier_cfg


def build(teacher_cfg, student=None, **kwargs):
    model = MODELS.build(
        dict(
            student or classifier_cfg('none'),
            type='rd_plugins.StagewiseDistiller',
            teacher=teacher_cfg,
            **kwargs))
    model.init_weights()
    return model.train()


def stages(backbone, images):
    """Every stage's output, by hand."""
    x = backbone.norm1(backbone.conv1(images)).relu()
    outputs = [x]
    for name in backbone.res_layers:
        outputs.append(getattr(backbone, name)(outputs[-1]))
    return outputs


def test_it_starts_from_its_teachers_weights(teacher_cfg):
    model = build(teacher_cfg)
    teacher = FrozenTeacher(teacher_cfg)
    teacher.load()
    for key, value in teacher.model.state_dict().items():
        assert torch.equal(model.state_dict()[key], value)


@pytest.mark.parametrize('stage', [1, 2, 3])
@pytest.mark.parametrize('stage_inputs', ['student', 'teacher'])
def test_stage_loss_is_the_definition(teacher_cfg, batch, stage, stage_inputs):
    model = build(teacher_cfg, stage_inputs=stage_inputs)
    model.set_objectives([f'stage{stage}'])
    reference = deepcopy(model)
    inputs, samples = batch
    losses = model.loss(inputs, samples)
    loss = losses.pop(f'loss_stage{stage}')
    assert not losses
    targets = stages(reference.teacher.backbone, inputs)
    before = (stages(reference.backbone, inputs)
              if stage_inputs == 'student' or stage == 1 else targets)
    output = getattr(reference.backbone, f'layer{stage}')(before[stage - 1])
    expected = (output - targets[stage]).abs().mean()
    # The statistics of a norm move with each forward pass of the reference.
    assert loss.item() == pytest.approx(expected.item(), rel=1e-5)

    loss.backward()
    reached = {
        name.split('.')[1] for name, parameter in model.named_parameters()
        if parameter.grad is not None and parameter.grad.any()
    }
    assert f'layer{stage}' in reached
    later = {f'layer{k}' for k in range(stage + 1, 4)}
    assert not reached & (later | {'fc'})
    if stage_inputs == 'teacher' and stage > 1:
        assert reached == {f'layer{stage}'}


def test_four_stages_and_bottlenecks(four_stages):
    """They start from the teacher and fit each of four stages."""
    student, teacher_cfg = four_stages
    model = build(teacher_cfg, student)
    inputs = torch.randn(2, 3, 64, 64)
    for network in (model.backbone, model.teacher.backbone):
        network.out_indices = (0, 1, 2, 3)
        network.eval()
    targets = model.teacher.backbone(inputs)
    for stage in (1, 2, 3, 4):
        model.set_objectives([f'stage{stage}'])
        loss, = model.loss(inputs, None).values()
        output = model.backbone(inputs)[stage - 1]
        expected = (output - targets[stage - 1]).abs().mean()
        assert expected > 0
        assert loss.item() == pytest.approx(expected.item(), rel=1e-5)


def test_fine_tuning_by_cross_entropy(teacher_cfg, batch):
    model = build(teacher_cfg)
    plain = MODELS.build(classifier_cfg('none')).train()
    plain.load_state_dict(model.state_dict())
    ours, theirs = (m.loss(*batch) for m in (model, plain))
    assert set(ours) == {'loss_cls'} and set(theirs) == {'loss'}
    assert torch.equal(ours['loss_cls'], theirs['loss'])


@pytest.mark.parametrize('finetune', [
    dict(type='rd_plugins.JointRD'),
    dict(type='rd_plugins.LogitDistiller', alpha=0.5),
    dict(
        type='rd_plugins.JointRD',
        feature_loss=dict(type='rd_plugins.MarginLoss'))
], ids=['JointRD', 'KD', 'JointRD with connectors'])
def test_fine_tuning_by_any_distiller(teacher_cfg, batch, finetune):
    """The same numbers as from that distiller alone."""
    model = build(teacher_cfg, finetune=finetune)
    alone = MODELS.build(
        dict(classifier_cfg('none'), teacher=teacher_cfg, **finetune))
    alone.init_weights()
    alone.load_state_dict(model.state_dict(), strict=True)
    ours, theirs = (m.loss(*batch) for m in (model, alone.train()))
    assert ours.keys() == theirs.keys()
    for key in ours:
        assert torch.equal(ours[key], theirs[key]), key
    sum(v for k, v in ours.items() if 'loss' in k).backward()
    assert all(p.grad is not None for p in model.parameters())


def test_every_weight_has_one_name(teacher_cfg):
    plain = MODELS.build(classifier_cfg('none'))
    model = build(teacher_cfg, finetune=dict(type=JointRD))  # or its name
    assert model.state_dict().keys() == plain.state_dict().keys()


def test_copies_train_their_own_weights(teacher_cfg, batch):
    """The last phase of an averaged or copied model is about that copy."""
    model = build(teacher_cfg, finetune=dict(type='rd_plugins.JointRD'))
    copy = ExponentialMovingAverage(model).module
    assert copy.stages.backbone is copy.backbone
    assert copy.backbone is not model.backbone
    assert copy.teacher is model.teacher


def test_other_architectures_are_refused(teacher_cfg, batch):
    with pytest.raises(UsageError, match='cannot start from the weights'):
        build(teacher_cfg, classifier_cfg('none', in_channels=1))
    deeper = classifier_cfg('none')
    deeper['backbone']['depth'] = 32
    with pytest.raises(UsageError, match='layer1.3.* in one of them only'):
        build(teacher_cfg, deeper)
    model = build(teacher_cfg, deeper, copy_teacher=False)
    assert model.loss(*batch)
    model = build(teacher_cfg, classifier_cfg('none', strides=(1, 1, 2)))
    with pytest.raises(UsageError, match='Stage 2 puts out'):
        model.loss(*batch)


def test_unknown_losses_and_inputs(teacher_cfg):
    with pytest.raises(UsageError, match="objective='stage4'; choose"):
        build(teacher_cfg).set_objectives(['stage4'])
    with pytest.raises(UsageError, match="stage_inputs='both'"):
        build(teacher_cfg, stage_inputs='both')
