import pytest
import torch
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample

from rd_plugins.engine.hooks.device_input_hook import DeviceInputHook
from rd_plugins.engine.launch import build_runner
from rd_plugins.models.distillers.teacher_exam import IMAGES, PATIENCE
from rd_plugins.utils.errors import UsageError
from tests.helpers.models import classifier_cfg
from tests.helpers.runs import small_cfg
from tests.models.distillers.test_logit_distiller import build
from tests.models.objectives.test_objectives import PREPROCESSOR

CLASSES = 5


@pytest.fixture
def distiller(teacher_cfg):
    def build(**options):
        model = MODELS.build(
            dict(classifier_cfg('none'), type='rd_plugins.LogitDistiller',
                 teacher=teacher_cfg, **options))
        model.init_weights()
        return model
    return build


def batch(model, right):
    """Images whose first part is labelled as the teacher sees them."""
    images = torch.randn(64, 3, 8, 8)
    with torch.no_grad():
        seen = model.teacher(images).argmax(1)
    labels = torch.where(torch.arange(64) < 64 * right, seen,
                         (seen + 1) % CLASSES)
    return images, [DataSample().set_gt_label(label) for label in labels]


def train(model, right, batches=IMAGES // 64):
    for _ in range(batches):
        model.loss(*batch(model, right))


def test_a_teacher_near_chance_stops_the_run(distiller):
    """Chance is 1 in 5; a tenth of the way from there to 1 is 0.28."""
    with pytest.raises(UsageError, match=r'right on 68 of the first 256 .*'
                       'chance for 5 classes.*check_teacher=False'):
        train(distiller(), 0.26)
    train(distiller(), 0.3)
    train(distiller(check_teacher=False), 0)


def test_it_looks_at_the_first_images_only(distiller):
    model = distiller()
    train(model, 0, batches=2)  # too few to judge
    train(model, 1, batches=2)
    assert model._exam is None
    train(model, 0)


@pytest.mark.parametrize('mixed', [False, True])
def test_mixed_labels_are_passed_over(distiller, mixed):
    """As MMPretrain's preprocessor gives them, with and without Mixup."""
    model = distiller()
    preprocessor = MODELS.build(dict(
        type='ClsDataPreprocessor', num_classes=CLASSES, to_onehot=True,
        batch_augments=dict(augments=dict(type='Mixup', alpha=0.8))
        if mixed else None))
    images, samples = batch(model, 0.5)  # loads the teacher
    model.teacher(images)
    data = preprocessor(dict(inputs=images, data_samples=samples), True)
    assert 'gt_label' in data['data_samples'][0]
    model._exam.look(model.teacher_holder, **data)
    assert model._exam.seen == (0 if mixed else 64)


def test_one_sample_for_a_batch(distiller):
    """As :class:`DeviceLoader` gives it."""
    model = distiller()
    images, samples = batch(model, 0.5)
    labels = torch.cat([each.gt_label for each in samples])
    model.loss(images, [DataSample().set_gt_label(labels)])
    assert (model._exam.seen, model._exam.right) == (64, 32)


def test_several_labels_for_an_image_are_passed_over(distiller):
    """Also where they are as many as images."""
    model = distiller()
    images, samples = batch(model, 0.5)
    samples[0].set_gt_label([0, 1])
    samples[1].set_gt_label([])
    model.teacher(images)
    model._exam.look(model.teacher_holder, images, samples)
    assert model._exam.seen == 0


def test_a_run_from_the_memory_of_the_device(run_dir):
    """Where digits lie by default; its teacher has random weights."""
    runner = build_runner(small_cfg(run_dir / 'run', **{
        'train_dataloader.dataset.indices': 320,
        'train_dataloader.batch_size': 64}))
    with pytest.raises(UsageError, match='of the first 256 training images'):
        runner.train()
    hook, = (each for each in runner.hooks
             if isinstance(each, DeviceInputHook))
    assert hook.loader is not None


def test_a_co_trained_teacher_has_no_exam(teacher_cfg):
    teacher_cfg.pop('init_cfg')
    model = MODELS.build(
        dict(classifier_cfg('none'), type='rd_plugins.LogitDistiller',
             teacher=teacher_cfg, co_train_teacher=True))
    model.init_weights()
    assert model._exam is None
    train(model, 0)


def test_a_teacher_of_other_classes_has_no_exam(teacher_cfg):
    """The student's labels say nothing of what it knows."""
    student = classifier_cfg('none')
    student['head']['num_classes'] = CLASSES + 2
    stages = [dict(type='rd_plugins.StageLoss', stage=1)]
    model = MODELS.build(
        dict(student, type='rd_plugins.Distiller', teacher=teacher_cfg,
             objectives=stages))
    assert model._exam is None
    assert build(teacher_cfg)._exam is not None
    headless = dict(teacher_cfg)
    headless.pop('head')
    model = MODELS.build(
        dict(student, type='rd_plugins.Distiller', teacher=headless,
             objectives=stages))
    assert model._exam is None


def test_it_reads_images_by_the_normalisation_of_the_teacher(teacher_cfg):
    """From pixels, where the student's would give other answers."""
    pixels = [torch.randint(0, 256, (3, 8, 8), dtype=torch.uint8)
              for _ in range(64)]
    own = dict(mean=[103.5, 116.3, 123.7], std=[57.4, 57.1, 58.4],
               to_rgb=True)
    model = build(dict(teacher_cfg, data_preprocessor=own),
                  data_preprocessor=dict(PREPROCESSOR))
    images = model.data_preprocessor(dict(inputs=pixels))['inputs']
    read = model.teacher.data_preprocessor(dict(inputs=pixels))['inputs']
    with torch.no_grad():
        answers = model.teacher(read).argmax(1)
        assert (model.teacher(images).argmax(1) != answers).any()
    samples = [DataSample().set_gt_label(label) for label in answers]
    model._exam.look(model.teacher_holder, images, samples)
    assert model._exam.right == 64


def test_it_gives_up_where_all_labels_are_mixed(teacher_cfg):
    model = build(teacher_cfg)
    sample = DataSample().set_gt_label(0)
    sample.set_gt_score(torch.tensor([.5, .5, 0, 0, 0]))
    images = torch.randn(256, 3, 8, 8)
    for _ in range(PATIENCE // 256):
        assert not model._exam.is_over
        model._exam.look(model.teacher_holder, images, [sample] * 256)
    assert model._exam.is_over and model._exam.seen == 0
