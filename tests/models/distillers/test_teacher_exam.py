import pytest
import torch
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample

from rd_plugins.models.distillers.teacher_exam import IMAGES
from rd_plugins.utils.errors import UsageError
from tests.helpers.models import classifier_cfg

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
    train(model, 0)


def test_mixed_labels_are_passed_over(distiller):
    model = distiller()
    for _ in range(4):
        images, samples = batch(model, 0)
        scores = [DataSample().set_gt_label(each.gt_label).set_gt_score(
            torch.eye(CLASSES)[int(each.gt_label)]) for each in samples]
        for each in scores:
            del each.gt_label
        model.teacher(images)
        model._exam.look(model.teacher_holder, images, scores)
    assert model._exam.seen == 0


def test_a_co_trained_teacher_has_no_exam(teacher_cfg):
    teacher_cfg.pop('init_cfg')
    model = MODELS.build(
        dict(classifier_cfg('none'), type='rd_plugins.LogitDistiller',
             teacher=teacher_cfg, co_train_teacher=True))
    model.init_weights()
    train(model, 0)
