"""A network learns to be shallower from itself."""
import pytest
import torch
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample

from rd_plugins.utils.errors import UsageError

BACKBONE = dict(depth=18, base_channels=4, stem_channels=4, in_channels=3)


def classifier(kind, **options):
    return dict(
        type='ImageClassifier',
        backbone=dict(type=kind, **BACKBONE),
        neck=dict(type='GlobalAveragePooling'),
        head=dict(type='LinearClsHead', num_classes=5, in_channels=32),
        **options)


def test_stage_logit_and_side_losses_in_one_step(run_dir):
    """From the teacher's weights: nothing is left to learn from it, until a
    block is closed."""
    teacher = MODELS.build(classifier('ResNet_CIFAR'))
    teacher.init_weights()
    torch.save(dict(state_dict=teacher.state_dict()), run_dir / 'teacher.pth')
    student = classifier('rd_plugins.GatedResNet_CIFAR')
    student.update(
        type='rd_plugins.Distiller',
        copy_teacher=True,
        teacher=classifier('ResNet_CIFAR', init_cfg=dict(
            type='Pretrained', checkpoint=str(run_dir / 'teacher.pth'))),
        objectives=[
            dict(type='rd_plugins.StageLoss', stage=2),
            dict(type='rd_plugins.LogitLoss'),
            dict(type='rd_plugins.SideLoss'),
        ])
    model = MODELS.build(student)
    model.init_weights()
    images = torch.randn(4, 3, 32, 32)
    samples = [DataSample().set_gt_label(label) for label in range(4)]
    model.eval()
    before = model.loss(images, samples)
    assert before['loss_logit'] < 1e-5
    model.train()
    gates = model.backbone.gates
    gates.set_epsilon(1e9, [0, 3])
    model.loss(images, samples)['loss_side1'].backward()
    assert gates.steps == 1
    assert gates.closed_steps.tolist() == [1, 0, 0, 1, 0, 0, 0, 0]


def test_the_last_relu_of_a_block_that_may_go_is_not_compared():
    """Once the block is dead, nothing goes into that ReLU."""
    student = classifier('rd_plugins.GatedResNet_CIFAR')
    student.update(
        type='rd_plugins.Distiller', check_teacher=False,
        teacher=classifier('ResNet_CIFAR', init_cfg=dict(
            type='Pretrained', checkpoint='teacher.pth')),
        objectives=[dict(type='rd_plugins.FeatureLoss', paths='plain')])
    with pytest.raises(UsageError, match='GatedResNet_CIFAR may lose its last '
                       'block, .* leave FeatureLoss out'):
        MODELS.build(student)
