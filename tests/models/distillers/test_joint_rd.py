import math
from copy import deepcopy

import pytest
import torch
import torch.nn.functional as F
from mmpretrain.registry import MODELS

from rd_plugins.models.objectives import negative_margin
from rd_plugins.models.utils import CosineDecay
from rd_plugins.utils.errors import UsageError
from tests.helpers.models import classifier_cfg

MARGIN = dict(type='rd_plugins.MarginLoss', loss_weight=0.7)


def build(teacher_cfg, student=None, fold_teacher=False, **kwargs):
    """In double precision, which folding a teacher in single is not."""
    model = MODELS.build(
        dict(
            student or classifier_cfg('none'),
            type='rd_plugins.JointRD',
            teacher=teacher_cfg,
            fold_teacher=fold_teacher,
            **kwargs))
    model.init_weights()
    return model.double().train()


def total(losses):
    return sum(value for key, value in losses.items() if 'loss' in key)


def connectors(model):
    return model.auxiliary.feature.connectors


def head(classifier, feature):
    return classifier.head.fc(feature.mean((2, 3)))


def before_last_relu(backbone, x):
    """The third stage by hand, without its last ReLU."""
    for block in backbone.layer3:
        y = block.norm2(block.conv2(block.norm1(block.conv1(x)).relu()))
        if 'Plain' not in type(block).__name__:
            y = y + (x if block.downsample is None else block.downsample(x))
        x = y.relu()
    return y


def reference(model, inputs, labels, weight, feature_weight=0.0):
    """The loss as the spec states it: no joined batches, no hooks."""
    student, teacher = model.backbone, model.teacher.backbone
    stage1 = student.layer1(student.norm1(student.conv1(inputs)).relu())
    stage2 = student.layer2(stage1)
    features = [
        before_last_relu(student, stage2),
        before_last_relu(teacher, teacher.layer2(stage1)),
        before_last_relu(teacher, stage2)
    ]
    owners = [model, model.teacher, model.teacher]
    shares = [1, weight / 2, weight / 2]
    loss = sum(share * F.cross_entropy(head(owner, feature.relu()), labels)
               for share, owner, feature in zip(shares, owners, features))
    if feature_weight:
        with torch.no_grad():
            x = teacher.norm1(teacher.conv1(inputs)).relu()
            target = before_last_relu(teacher,
                                      teacher.layer2(teacher.layer1(x)))
        margin = negative_margin(teacher.layer3[-1].norm2).view(1, -1, 1, 1)
        target = target.maximum(margin)
        for share, feature, connector in zip(shares, features,
                                             connectors(model)):
            gap = connector(feature) - target
            paid = (target > 0) | (gap > 0)
            loss = loss + share * feature_weight * (gap**2 * paid).mean()
    return loss


def run(compute, model):
    """Loss and gradients, with the norms' statistics put back."""
    state = {key: value.clone() for key, value in model.state_dict().items()}
    model.zero_grad()
    loss = compute()
    loss.backward()
    gradients = {
        name: parameter.grad.clone()
        for name, parameter in model.named_parameters()
        if parameter.grad is not None
    }
    model.load_state_dict(state)
    return loss.detach(), gradients


@pytest.mark.parametrize('feature_loss, feature_paths', [(None, 'all'),
                                                         (MARGIN, 'all'),
                                                         (MARGIN, 'plain')])
@pytest.mark.parametrize('part', [0, 0.12, 0.3, 0.8])
def test_loss_and_gradients_are_those_of_the_spec(teacher_cfg, batch, progress,
                                                  feature_loss, feature_paths,
                                                  part):
    model = build(
        teacher_cfg,
        feature_loss=feature_loss,
        feature_paths=feature_paths,
        hybrid_weight=dict(start=1, end=0.5, horizon=0.3))
    progress(part)
    inputs, samples = batch[0].double(), batch[1]
    labels = torch.tensor([i % 5 for i in range(6)])
    weight = 0.5 + 0.25 * (1 + math.cos(math.pi * min(part / 0.3, 1)))
    ours, gradients = run(lambda: total(model.loss(inputs, samples)), model)
    theirs, expected = run(
        lambda: reference(model, inputs, labels, weight, 0.7
                          if feature_loss else 0), model)
    assert ours.item() == pytest.approx(theirs.item(), rel=1e-9)
    assert set(gradients) == set(expected) == set(
        name for name, _ in model.named_parameters())
    for name in gradients:
        torch.testing.assert_close(
            gradients[name], expected[name], rtol=1e-6, atol=1e-10)


@pytest.mark.parametrize('fold_teacher', [True, False])
def test_a_folded_teacher_gives_the_same_gradients(teacher_cfg, batch,
                                                   progress, fold_teacher):
    """Up to rounding, which single precision had when it was folded."""
    model = build(teacher_cfg, feature_loss=MARGIN, fold_teacher=fold_teacher)
    assert fold_teacher == (not any(
        isinstance(module, torch.nn.BatchNorm2d)
        for module in model.teacher.modules()))
    inputs, samples = batch[0].double(), batch[1]
    labels = torch.tensor([i % 5 for i in range(6)])
    ours, gradients = run(lambda: total(model.loss(inputs, samples)), model)
    plain = build(teacher_cfg, feature_loss=MARGIN)
    plain.load_state_dict(model.state_dict())
    theirs, expected = run(lambda: reference(plain, inputs, labels, 1, 0.7),
                           plain)
    assert ours.item() == pytest.approx(theirs.item(), rel=1e-5)
    for name in gradients:
        torch.testing.assert_close(
            gradients[name], expected[name], rtol=1e-4, atol=1e-6)


def test_hybrids_stop_at_their_least_weight(teacher_cfg, batch, progress):
    model = build(
        teacher_cfg,
        min_hybrid_weight=0.2,
        hybrid_weight=dict(start=1, end=0, horizon=1))
    inputs, samples = batch[0].double(), batch[1]
    progress(0.6)
    assert 'loss_hybrid1' in model.loss(inputs, samples)
    progress(0.8)
    assert 'loss_hybrid1' not in model.loss(inputs, samples)


def gradient_of_stage_1(model, batch):
    inputs, samples = batch[0].double(), batch[1]
    _, gradients = run(lambda: total(model.loss(inputs, samples)), model)
    return gradients['backbone.layer1.0.conv1.weight']


def test_hybrids_reach_stage_1_unless_their_weight_is_0(
        teacher_cfg, batch, progress):
    plain = MODELS.build(classifier_cfg('none')).double().train()
    on = build(teacher_cfg, hybrid_weight=dict(end=0, horizon=0.5))
    plain.load_state_dict(on.state_dict())
    inputs, samples = batch[0].double(), batch[1]
    _, expected = run(lambda: total(plain.loss(inputs, samples)), plain)
    expected = expected['backbone.layer1.0.conv1.weight']

    mixed = gradient_of_stage_1(on, batch)
    assert (mixed - expected).norm() > 0.1 * expected.norm()
    progress(0.5)
    assert torch.equal(gradient_of_stage_1(on, batch), expected)
    assert not any('hybrid' in key and 'loss' in key
                   for key in on.loss(inputs, samples))


def test_every_hybrid_contributes(teacher_cfg, batch):
    """Stage k gets gradient from the hybrids k, k+1, ... and no others."""
    model = build(teacher_cfg)
    total(model.loss(batch[0].double(), batch[1])).backward()
    losses = model.loss(batch[0].double(), batch[1])
    reached = {}
    for name in ('loss_hybrid1', 'loss_hybrid2', 'loss_cls'):
        model.zero_grad(set_to_none=False)
        losses[name].backward(retain_graph=True)
        stages = enumerate(model.backbone.res_layers, start=1)
        reached[name] = [
            number for number, stage in stages
            if getattr(model.backbone, stage)[0].conv1.weight.grad.any()
        ]
    assert reached == dict(
        loss_hybrid1=[1], loss_hybrid2=[1, 2], loss_cls=[1, 2, 3])


def test_four_stages_and_bottlenecks(four_stages, batch):
    """The first and the last hybrid by hand."""
    student, teacher_cfg = four_stages
    model = build(teacher_cfg, student)
    model.backbone.out_indices = (0, 1, 2, 3)
    model.backbone.eval()
    images, labels = torch.randn(6, 3, 32, 32).double(), torch.arange(6) % 5
    losses = model.loss(images, batch[1])
    with torch.no_grad():
        feats = model.backbone(images)
        teacher = model.teacher.backbone
        last = teacher.layer4(feats[2])
        first = teacher.layer4(teacher.layer3(teacher.layer2(feats[0])))
    for key, feature in (('loss_hybrid1', first), ('loss_hybrid3', last)):
        expected = F.cross_entropy(head(model.teacher, feature), labels) / 3
        torch.testing.assert_close(losses[key], expected)
    assert 'loss_hybrid4' not in losses


def test_soft_labels(teacher_cfg, batch):
    student = classifier_cfg('none')
    student['head']['loss'] = dict(type='CrossEntropyLoss', use_soft=True)
    soft, hard = build(teacher_cfg, student), build(teacher_cfg)
    hard.load_state_dict(soft.state_dict())
    expected = total(hard.loss(batch[0].double(), batch[1]))
    for sample in batch[1]:
        sample.set_gt_score(F.one_hot(sample.gt_label[0], 5).double())
    found = total(soft.loss(batch[0].double(), batch[1]))
    assert found.item() == pytest.approx(expected.item(), rel=1e-9)


def test_connectors_are_kept_apart_from_the_student(teacher_cfg):
    model = build(teacher_cfg, feature_loss=MARGIN)
    plain = MODELS.build(classifier_cfg('none'))
    beside = set(model.state_dict()) - set(plain.state_dict())
    assert beside and all(
        key.startswith('auxiliary.feature.connectors.') for key in beside)
    assert len(connectors(model)) == 3


def test_arguments_that_do_not_go_together(teacher_cfg):
    with pytest.raises(UsageError, match="feature_paths='first'"):
        build(teacher_cfg, feature_paths='first')
    with pytest.raises(UsageError, match='connectors would get no gradient'):
        build(teacher_cfg, feature_loss=MARGIN, hybrid_weight=dict(end=0))
    one_stage = dict(num_stages=1, strides=(1, ), dilations=(1, ),
                     out_indices=(0, ))
    with pytest.raises(UsageError, match='a student of one stage'):
        short = classifier_cfg('none', **one_stage)
        build(classifier_cfg('pad', **one_stage), short, co_train_teacher=True)
    with pytest.raises(UsageError, match='0 < horizon <= 1'):
        build(teacher_cfg, hybrid_weight=dict(horizon=2))


def test_a_logit_loss_is_added(teacher_cfg, batch):
    inputs, samples = batch[0].double(), batch[1]
    model = build(
        teacher_cfg,
        logit_loss=dict(
            type='rd_plugins.LogitLoss', temperature=2, loss_weight=0.5))
    found = model.loss(inputs, samples)['loss_logit']
    p = (model.teacher(inputs) / 2).softmax(1)
    q = (model(inputs) / 2).softmax(1)
    expected = 0.5 * 4 * (p * (p / q).log()).sum() / 6
    assert found.item() == pytest.approx(expected.item(), rel=1e-9)


def steps(model, batch, count=3):
    """Train for some steps with momentum and weight decay."""
    optimizer = torch.optim.SGD(
        model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-2)
    model.train()
    for _ in range(count):
        optimizer.zero_grad()
        total(model.loss(batch[0].double(), batch[1])).backward()
        optimizer.step()
    return optimizer


@pytest.mark.parametrize('feature_loss', [None, MARGIN])
def test_a_co_trained_teacher_follows_its_own_loss_only(
        batch, feature_loss):
    """Step for step what it would be if it trained alone."""
    cfg = classifier_cfg('pad')
    model = build(cfg, co_train_teacher=True, feature_loss=feature_loss)
    alone = MODELS.build(cfg).double()
    alone.load_state_dict(model.teacher.state_dict())
    optimizer = steps(model, batch)
    steps(alone, batch)
    for key, value in alone.state_dict().items():
        assert torch.equal(value, model.teacher.state_dict()[key]), key
    assert all(m.training for m in model.teacher.modules())
    assert all(p.requires_grad for p in model.teacher.parameters())
    assert {id(p) for p in model.teacher.parameters()} <= {
        id(p) for p in optimizer.state
    }


def test_the_target_is_the_co_trained_teachers_own_pass(batch):
    """Its training pass, with batch statistics, which runs once."""
    inputs, samples = batch[0].double(), batch[1]
    model = build(
        classifier_cfg('pad'), co_train_teacher=True,
        logit_loss=dict(type='rd_plugins.LogitLoss'))
    model.loss(inputs, samples)  # the first batch is checked
    calls = []
    model.teacher.backbone.conv1.register_forward_hook(
        lambda *_: calls.append(1))
    state = deepcopy(model.state_dict())
    losses = model.loss(inputs, samples)
    assert len(calls) == 1
    losses['loss_logit'].backward()
    assert all(p.grad is None for p in model.teacher.parameters())
    model.load_state_dict(state)
    logits, soft = (network(inputs) for network in (model, model.teacher))
    p, q = (soft / 4).softmax(1), (logits / 4).softmax(1)
    expected = 16 * (p * (p / q).log()).sum() / 6
    assert losses['loss_logit'].item() == pytest.approx(
        expected.item(), rel=1e-9)
    labels = torch.arange(6) % 5
    torch.testing.assert_close(losses['loss_teacher'],
                               F.cross_entropy(soft, labels))


def test_hybrids_do_not_depend_on_the_order_of_objectives(batch):
    """A co-trained teacher's own pass moves statistics that they read."""
    label = dict(type='rd_plugins.ClassificationLoss')
    hybrid = dict(type='rd_plugins.HybridLoss')
    gradients, state = [], None
    for objectives in ([label, hybrid], [hybrid, label]):
        model = MODELS.build(dict(
            classifier_cfg('none'), type='rd_plugins.Distiller',
            teacher=classifier_cfg('pad'), co_train_teacher=True,
            objectives=objectives)).double().train()
        state = state or deepcopy(model.state_dict())
        model.load_state_dict(state)
        total(model.loss(batch[0].double(), batch[1])).backward()
        gradients.append([parameter.grad for parameter
                          in model.backbone.parameters()])
    for first, second in zip(*gradients):
        torch.testing.assert_close(first, second)


def test_a_co_trained_teacher_is_saved_beside_the_student(batch):
    cfg = classifier_cfg('pad')
    model = build(cfg, co_train_teacher=True)
    steps(model, batch, 1)
    state_dict = model.state_dict()
    again = build(cfg, co_train_teacher=True)
    again.load_state_dict(state_dict, strict=True)
    assert torch.equal(again.teacher.backbone.conv1.weight,
                       model.teacher.backbone.conv1.weight)
    published = {
        key: value for key, value in state_dict.items()
        if not key.startswith('auxiliary.')
    }
    MODELS.build(classifier_cfg('none')).load_state_dict(
        published, strict=True)
    copy = deepcopy(model)
    assert copy.teacher is copy.auxiliary.teacher.model
    assert copy.teacher is not model.teacher


def test_a_co_trained_teacher_is_initialised_as_its_config_says():
    cfg = classifier_cfg('pad')
    cfg['head']['init_cfg'] = dict(type='Constant', layer='Linear', val=0.5)
    model = build(cfg, co_train_teacher=True)
    assert (model.teacher.head.fc.weight == 0.5).all()


def test_what_a_co_trained_teacher_cannot_be():
    with pytest.raises(UsageError, match='with_cp=True'):
        build(classifier_cfg('pad', with_cp=True), co_train_teacher=True)


def test_a_co_trained_teachers_tail_trains_the_student(batch, progress):
    cfg = classifier_cfg('pad')
    on = build(cfg, co_train_teacher=True)
    mixed = gradient_of_stage_1(on, batch)
    on.auxiliary.hybrid.weight = CosineDecay(start=0, end=0)
    alone = gradient_of_stage_1(on, batch)
    assert (mixed - alone).norm() > 0.1 * alone.norm()


def test_one_hybrid_a_step_is_all_of_them_on_average(teacher_cfg, batch):
    """Each draw is one hybrid with the weight of all; the others rest."""
    inputs, samples = batch[0].double(), batch[1]
    whole, drawn = (build(teacher_cfg, check_teacher=False, **options)
                    for options in (dict(), dict(hybrids='one')))
    drawn.load_state_dict(whole.state_dict())
    for model in (whole, drawn):
        model.backbone.eval()  # the same statistics in every draw
    losses = whole.loss(inputs, samples)
    each = [2 * losses[f'loss_hybrid{k}'].item() for k in (1, 2)]
    calls = []
    drawn.loss(inputs, samples)
    drawn.teacher.backbone.layer2.register_forward_hook(
        lambda *_: calls.append(1))
    counts = [0, 0]
    for _ in range(200):
        calls.clear()
        found = drawn.loss(inputs, samples)['loss_hybrid'].item()
        k = min((0, 1), key=lambda k: abs(each[k] - found))
        assert found == pytest.approx(each[k], rel=1e-9)
        assert len(calls) == (k == 0)  # stage 2 runs for the first only
        counts[k] += 1
    assert 70 < counts[0] < 130  # 4.2 standard deviations
    with pytest.raises(UsageError, match='hybrids="one"'):
        build(teacher_cfg, hybrids='one', feature_loss=MARGIN)
    with pytest.raises(UsageError, match="hybrids='two'; choose one of"):
        build(teacher_cfg, hybrids='two')
