"""What a run of a table trains."""
import pytest

from rd_plugins.utils.errors import UsageError
from tests.tables.test_same import make_run


def test_it_trains_with_its_seed(tmp_path):
    run = make_run(tmp_path)
    run.seed = 3
    assert run.training_config().randomness.seed == 3


@pytest.mark.parametrize('loop', [None, dict(by_epoch=False, max_iters=9)])
def test_it_goes_by_epochs(tmp_path, loop):
    run = make_run(tmp_path)
    run.row.options['train_cfg'] = loop and dict(loop, _delete_=True)
    with pytest.raises(UsageError, match='no train_cfg.max_epochs; a table'):
        run.max_epochs
