"""The configs that plainify writes."""
import pytest
from mmengine.config import Config

from tests.plainify.test_steps import recipe_in


@pytest.fixture
def recipe(tmp_path):
    recipe = recipe_in(str(tmp_path))
    recipe.data.images, recipe.epochs, recipe.size = 3200, 30, 224
    recipe.write()
    return recipe


def test_numbers_follow_from_images_and_epochs(recipe, tmp_path):
    """50 steps of 64 images an epoch; the rate goes with the batch."""
    cfg = Config.fromfile(tmp_path / 'student.py')
    assert cfg.train_dataloader.batch_size == 64
    assert cfg.optim_wrapper.optimizer.lr == pytest.approx(0.2 * 64 / 512)
    assert cfg.custom_hooks[0].momentum == pytest.approx(
        25 / (30 * 50), abs=1e-6)
    assert cfg.custom_hooks[0].begin_epoch == 23
    assert cfg.test_dataloader.dataset.pipeline[1].scale == 256


def test_what_a_user_has_edited_stays(recipe, tmp_path):
    (tmp_path / 'plain.py').write_text('edited = 1')
    recipe.write()
    assert (tmp_path / 'plain.py').read_text() == 'edited = 1'
