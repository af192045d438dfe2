"""What MMDeploy's SDK is told of pictures."""
import pytest
from mmengine.config import Config

from tests.helpers import DEMO, ROOT
from tests.helpers.pictures import CONFIG

pytest.importorskip('mmdeploy')
from rd_plugins.shipping.export.mmdeploy import completed  # noqa: E402


def test_the_model_may_have_the_data_preprocessor():
    cfg = Config.fromstring(CONFIG.format(root='data'), '.py')
    own = cfg.pop('data_preprocessor')
    cfg.model.data_preprocessor = own
    found = completed(cfg, (3, 32, 32))
    assert found.data_preprocessor == own and own.to_rgb
    assert found.test_pipeline == cfg.test_dataloader.dataset.pipeline


@pytest.mark.parametrize('config, shape, color', [
    ('configs/rd/plain20_ce_cifar10.py', (3, 32, 32), 'color'),
    ('configs/rd/plain20_ce_cifar10.py', (3, 48, 48), 'color'),
    (f'{DEMO}/plain20_ce_mnist5k.py', (1, 28, 28), 'grayscale')])
def test_pictures_for_a_data_set_of_arrays(config, shape, color):
    """The SDK reads BGR from files of any size; arrays are RGB."""
    cfg = Config.fromfile(ROOT / config)
    found = completed(cfg, shape)
    loader, resize, *_ = found.test_pipeline
    assert loader == dict(type='LoadImageFromFile', color_type=color)
    assert resize == dict(type='Resize', scale=shape[1:])
    assert found.data_preprocessor.mean == cfg.data_preprocessor.mean
    assert found.data_preprocessor.to_rgb == (color == 'color')
